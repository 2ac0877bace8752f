<?php
// This file is part of local_municipal, a plugin for Moodle - https://moodle.org/
//
// It is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// It is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace local_municipal\wire;

/**
 * What an answer of the connector means for the events that were sent.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class verdict {
    /** Stored for good. */
    public const ACCEPTED = 'accepted';

    /** To be sent again after a pause. */
    public const LATER = 'later';

    /** Something in this request is not taken: it is cut in two until the fault stands alone. */
    public const REFUSED = 'refused';

    /** The connector wants nothing more from here; somebody has to look. */
    public const STOP = 'stop';

    /**
     * Judges a status.
     *
     * Only 200 with the connector's own counts is a success: whatever else stands in between (a proxy,
     * a parking page, a log-in form) may answer 201, 302 or a friendly 200 without having stored anything.
     *
     * @param int $status 0 if there was no answer
     * @param string $body
     * @return string
     */
    public static function of(int $status, string $body = ''): string {
        switch ($status) {
            case 200:
                $counts = json_decode($body, true);
                return is_array($counts) && is_int($counts['accepted'] ?? null) ? self::ACCEPTED : self::LATER;
            case 410:
                return self::STOP;
            case 400:
            case 413:
            case 422:
                return self::REFUSED;
            default:
                return self::LATER;
        }
    }
}
