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
 * What may have changed and has to be looked at.
 *
 * Rows of kind attempt, progress (of a learner in a course) and user name one subject; course and
 * module stand for many and are spread out by the task, not by the request that caused them.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class queue {
    /** Name of the table. */
    public const TABLE = 'local_municipal_queue';

    /** Columns in the order in which spread() selects them. */
    private const COLUMNS = 'kind, itemid, userid, courseid, instanceid, again, timecreated, failures, nexttry';

    /**
     * Puts one row in.
     *
     * @param string $kind
     * @param int $itemid
     * @param int $userid
     * @param int $courseid
     * @param int $instanceid
     * @param int $time when it happened, 0 if the fact itself tells
     */
    public static function put(string $kind, int $itemid, int $userid, int $courseid, int $instanceid, int $time): void {
        global $DB;
        $DB->insert_record(self::TABLE, (object) [
            'kind' => $kind,
            'itemid' => $itemid,
            'userid' => $userid,
            'courseid' => $courseid,
            'instanceid' => $instanceid,
            'again' => 0,
            'timecreated' => $time,
            'failures' => 0,
            'nexttry' => 0,
        ], false);
    }

    /**
     * Puts many rows in, in the database itself.
     *
     * @param string $kind of the new rows
     * @param string $columns expressions for itemid, userid, courseid and instanceid
     * @param string $from the rest of the select
     * @param array $params
     * @param string $time an expression for when it happened
     * @param bool $again tell it even if it was told
     */
    public static function spread(string $kind, string $columns, string $from, array $params, string $time,
            bool $again = false): void {
        global $DB;
        $flag = $again ? 1 : 0;
        $DB->execute('INSERT INTO {' . self::TABLE . '} (' . self::COLUMNS . ")
            SELECT DISTINCT '$kind', $columns, $flag, $time, 0, 0 FROM $from", $params);
    }

    /**
     * Spreads out a row that stands for everybody in a course.
     *
     * @param int $courseid
     * @param int $time
     */
    public static function spread_course(int $courseid, int $time): void {
        self::spread('progress', 's.courseid, s.userid, s.courseid, 0', '{local_municipal_state} s
            WHERE s.courseid = :course AND s.says = 1 AND s.kind <> :attempt',
            ['course' => $courseid, 'attempt' => 'attempt'], (string) $time);
        self::spread('progress', 'cc.course, cc.userid, cc.course, 0', '{course_completions} cc
            WHERE cc.course = :course AND cc.timecompleted > 0 AND NOT EXISTS (
                SELECT 1 FROM {local_municipal_state} s
                WHERE s.courseid = cc.course AND s.userid = cc.userid AND s.says = 1 AND s.kind <> :attempt)',
            ['course' => $courseid, 'attempt' => 'attempt'], (string) $time);
        self::spread('attempt', 's.itemid, s.userid, s.courseid, s.instanceid', '{local_municipal_state} s
            WHERE s.courseid = :course AND s.says = 1 AND s.kind = :attempt',
            ['course' => $courseid, 'attempt' => 'attempt'], (string) $time);
    }

    /**
     * Spreads out a row that stands for everybody in an activity.
     *
     * @param int $cmid
     * @param int $time
     */
    public static function spread_module(int $cmid, int $time): void {
        self::spread('progress', 's.courseid, s.userid, s.courseid, 0', '{local_municipal_state} s
            WHERE s.kind = :activity AND s.itemid = :cm AND s.says = 1',
            ['activity' => 'activity', 'cm' => $cmid], (string) $time);
        self::spread('attempt', 's.itemid, s.userid, s.courseid, s.instanceid', "{local_municipal_state} s
            JOIN {course_modules} cm ON cm.instance = s.instanceid
            JOIN {modules} m ON m.id = cm.module AND m.name = 'quiz'
            WHERE s.kind = :attempt AND cm.id = :cm AND s.says = 1",
            ['attempt' => 'attempt', 'cm' => $cmid], (string) $time);
    }
}
