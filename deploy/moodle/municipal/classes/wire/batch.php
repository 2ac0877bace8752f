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
 * Cuts waiting events into requests that the connector takes.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class batch {
    /** Most events of a request. */
    public const MOST_EVENTS = 100;

    /** Most bytes of a request. */
    public const MOST_BYTES = 1048576;

    /** What stands around the events. */
    private const FRAME = ['{"events":[', ']}'];

    /**
     * How many of the first events fit into one request.
     *
     * @param int[] $lengths bytes of each event's JSON, in order
     * @return int 0 if not even the first one fits
     */
    public static function fitting(array $lengths): int {
        $bytes = strlen(implode('', self::FRAME));
        $count = 0;
        foreach ($lengths as $length) {
            $bytes += $length + ($count > 0 ? 1 : 0);
            if ($count === self::MOST_EVENTS || $bytes > self::MOST_BYTES) {
                break;
            }
            $count++;
        }
        return $count;
    }

    /**
     * The body of a request.
     *
     * @param string[] $bodies each event's JSON
     * @return string
     */
    public static function envelope(array $bodies): string {
        return self::FRAME[0] . implode(',', $bodies) . self::FRAME[1];
    }

    /**
     * The id of a request: the same whenever the same events are sent together.
     *
     * @param string[] $eventids
     * @return string
     */
    public static function message_id(array $eventids): string {
        return 'msg_' . substr(hash('sha256', implode("\n", $eventids)), 0, 32);
    }
}
