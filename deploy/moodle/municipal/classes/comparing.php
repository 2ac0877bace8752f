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

namespace local_municipal;

/**
 * Puts into the queue what differs between Moodle and what was told, by statements over whole tables.
 *
 * A course, an activity or a quiz that was deleted is left out, and so is a deleted account: tidying
 * up withdraws nothing.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class comparing {
    /** A learner who may be told of. */
    private const LIVING = 'JOIN {user} u ON u.id = %s AND u.deleted = 0';

    /** A module that is there. */
    private const MODULE = 'JOIN {course_modules} cm ON cm.id = %s AND cm.deletioninprogress = 0';

    /** The module of a quiz that is there. */
    private const QUIZ = 'JOIN {course_modules} cm ON cm.instance = %s AND cm.deletioninprogress = 0
        JOIN {modules} m ON m.id = cm.module AND m.name = \'quiz\'';

    /** A fact was told and holds as far as we said. */
    private const TOLD = '{local_municipal_state} s ';

    /**
     * What was told and is not so any more: no event says that a completion was unlocked or a course reset.
     *
     * @param int $now
     */
    public static function withdrawn(int $now): void {
        $living = sprintf(self::LIVING, 's.userid');
        queue::spread('progress', 's.courseid, s.userid, s.courseid, 0', self::TOLD . $living . '
            JOIN {course} c ON c.id = s.courseid
            LEFT JOIN {course_completions} cc ON cc.course = s.itemid AND cc.userid = s.userid
                AND cc.timecompleted = s.happenedat
            WHERE s.kind = :kind AND s.says = 1 AND cc.id IS NULL', ['kind' => 'completion'], (string) $now);
        queue::spread('progress', 's.courseid, s.userid, s.courseid, 0',
            self::TOLD . $living . ' ' . sprintf(self::MODULE, 's.itemid') . '
            LEFT JOIN {course_modules_completion} cmc ON cmc.coursemoduleid = s.itemid AND cmc.userid = s.userid
                AND cmc.completionstate = s.modstate AND cmc.timemodified = s.happenedat
            WHERE s.kind = :kind AND s.says = 1 AND cmc.id IS NULL', ['kind' => 'activity'], (string) $now);
        queue::spread('attempt', 's.itemid, s.userid, s.courseid, s.instanceid',
            self::TOLD . $living . ' ' . sprintf(self::QUIZ, 's.instanceid') . '
            LEFT JOIN {quiz_attempts} qa ON qa.id = s.itemid
            WHERE s.kind = :kind AND s.says = 1 AND qa.id IS NULL', ['kind' => 'attempt'], (string) $now);
    }

    /**
     * What Moodle has and was never told, of a time: written by a script that raises no events, say.
     *
     * @param int $since
     */
    public static function untold(int $since): void {
        if (!settings::is_connected() || !$since) {
            return;
        }
        self::found($since, false);
    }

    /**
     * All that happened since a time, to be told again.
     *
     * @param int $since
     */
    public static function history(int $since): void {
        if (!settings::number('since') || $since < settings::number('since')) {
            settings::set('since', $since);
        }
        self::found($since, true);
    }

    /**
     * Queues facts that Moodle has.
     *
     * @param int $since
     * @param bool $again also those that were told
     */
    private static function found(int $since, bool $again): void {
        $states = '{local_municipal_state}';
        $untold = function (string $kind, string $item, string $user) use ($states, $again): string {
            return $again ? '' : "AND NOT EXISTS (SELECT 1 FROM $states s
                WHERE s.kind = '$kind' AND s.itemid = $item AND s.userid = $user)";
        };
        queue::spread('attempt', 'qa.id, qa.userid, q.course, q.id',
            '{quiz_attempts} qa JOIN {quiz} q ON q.id = qa.quiz ' . sprintf(self::QUIZ, 'q.id') . ' '
            . sprintf(self::LIVING, 'qa.userid') . "
            WHERE qa.preview = 0 AND qa.state IN ('finished', 'abandoned') AND qa.timemodified >= :since "
            . $untold('attempt', 'qa.id', 'qa.userid'), ['since' => $since], 'qa.timemodified', $again);
        // One statement for both, so that nobody's progress is told twice.
        queue::spread('progress', 'f.courseid, f.userid, f.courseid, 0', '(
            SELECT cc.course AS courseid, cc.userid FROM {course_completions} cc ' . sprintf(self::LIVING, 'cc.userid') . '
             WHERE cc.timecompleted >= :completed ' . $untold('completion', 'cc.course', 'cc.userid') . '
            UNION
            SELECT cm.course AS courseid, cmc.userid FROM {course_modules_completion} cmc '
            . sprintf(self::MODULE, 'cmc.coursemoduleid') . ' ' . sprintf(self::LIVING, 'cmc.userid') . '
             WHERE cmc.completionstate IN (1, 2) AND cmc.timemodified >= :modified '
            . $untold('activity', 'cmc.coursemoduleid', 'cmc.userid') . ') f',
            ['completed' => max(1, $since), 'modified' => $since], '0', $again);
    }
}
