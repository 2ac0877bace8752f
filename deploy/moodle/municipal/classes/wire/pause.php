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
 * How long to wait before the next try.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class pause {
    /** Seconds after the first failure. */
    private const FIRST = 30;

    /** Seconds at most, unless the connector itself asks for more. */
    private const LONGEST = 3600;

    /** Seconds that the connector may ask for. */
    private const LONGEST_ASKED = 86400;

    /**
     * Seconds until the next try: doubled with each failure, and never the same for two sites.
     *
     * @param int $failures in a row, from 1
     * @param float $random from 0 to 1
     * @param int|null $asked what Retry-After said, in seconds
     * @return int
     */
    public static function seconds(int $failures, float $random, ?int $asked = null): int {
        $doublings = min(max($failures, 1) - 1, 20);
        $full = min(self::FIRST * (2 ** $doublings), self::LONGEST);
        $own = (int) round($full * (0.5 + $random / 2));
        return max($own, min((int) $asked, self::LONGEST_ASKED));
    }

    /**
     * What a Retry-After header asks for.
     *
     * @param string|null $header seconds or a date of HTTP
     * @param int $now seconds since 1970
     * @return int|null seconds, null if it asks for nothing that can be understood
     */
    public static function asked(?string $header, int $now): ?int {
        $header = trim((string) $header);
        if (preg_match('/^[0-9]{1,9}$/D', $header)) {
            return (int) $header;
        }
        $then = \DateTimeImmutable::createFromFormat('D, d M Y H:i:s \G\M\T', $header, new \DateTimeZone('UTC'));
        return $then === false ? null : max(0, $then->getTimestamp() - $now);
    }
}
