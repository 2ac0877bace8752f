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
 * What has to be told, found by comparing what Moodle has with what was told last.
 *
 * Moodle announces no unlocked completion, no reset and no lowered grade by an event of its own,
 * so a withdrawal is whatever was told and is no longer there.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class comparison {
    /** The fact holds and has to be told. */
    public const TELL = 'tell';

    /** What was told holds no longer. */
    public const RETRACT = 'retract';

    /**
     * Course completion: at most a withdrawal of what was told and then what holds now.
     *
     * @param int|null $now time of the completion that Moodle has
     * @param int|null $told time of the completion told last and not withdrawn
     * @param bool $again tell what holds even if it was told (history)
     * @return array[] pairs of TELL or RETRACT and the time of the completion meant
     */
    public static function completion(?int $now, ?int $told, bool $again = false): array {
        $steps = [];
        if ($told !== null && $told !== $now) {
            $steps[] = [self::RETRACT, $told];
        }
        if ($now !== null && ($again || $told !== $now)) {
            $steps[] = [self::TELL, $now];
        }
        return $steps;
    }

    /**
     * Activity completion.
     *
     * @param array|null $now state (0 to 3) and time that Moodle has, null for no record
     * @param array|null $told state and time told last and not withdrawn
     * @param bool $again tell what holds even if it was told
     * @return array|null TELL or RETRACT, the state and the time of what is meant; null for nothing
     */
    public static function activity(?array $now, ?array $told, bool $again = false): ?array {
        $holds = $now !== null && in_array($now[0], [1, 2], true);
        if ($holds) {
            return $again || $now !== $told ? [self::TELL, $now[0], $now[1]] : null;
        }
        if ($told === null) {
            return null;
        }
        // The time is that of the completion meant: the connector keeps an activity by year.
        return [self::RETRACT, $now[0] ?? 0, $told[1]];
    }

    /**
     * A time that never goes back for one fact, whatever the clock did: a later word about it must
     * not look older than an earlier one.
     *
     * @param int $reached when Moodle reached the state, as far as it is known
     * @param int|null $before what was told last
     * @return int
     */
    public static function occurred(int $reached, ?int $before): int {
        return max($reached, (int) $before);
    }

    /**
     * The next number of an event: grows even if the database was restored from yesterday.
     *
     * @param int $last number given before
     * @param int $milliseconds since 1970
     * @return int
     */
    public static function next_seq(int $last, int $milliseconds): int {
        return max($last + 1, $milliseconds);
    }
}
