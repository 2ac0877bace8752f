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
 * Notes that something may have changed, inside whatever transaction Moodle is in, and does no more.
 *
 * A row that is rolled back with its cause sends nothing; nobody waits for the connector here.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class observer {
    /** @var bool whether this request has asked for a prompt sending already */
    private static $prompted = false;

    /**
     * A quiz attempt was submitted, graded, reopened, given up or deleted.
     *
     * @param \core\event\base $event
     */
    public static function attempt(\core\event\base $event): void {
        $attemptid = $event->other['attemptid'] ?? $event->objectid;
        self::note('attempt', $event, (int) $attemptid, (int) $event->relateduserid, (int) ($event->other['quizid'] ?? 0));
    }

    /**
     * A grade or a completion of a learner changed.
     *
     * @param \core\event\base $event
     */
    public static function progress(\core\event\base $event): void {
        if ($event->relateduserid) {
            self::note('progress', $event, (int) $event->courseid, (int) $event->relateduserid);
        }
    }

    /**
     * An account changed or is gone.
     *
     * @param \core\event\base $event
     */
    public static function user(\core\event\base $event): void {
        self::note('user', $event, (int) $event->objectid, (int) $event->objectid);
    }

    /**
     * Something that concerns every learner of a course.
     *
     * @param \core\event\base $event
     */
    public static function course(\core\event\base $event): void {
        self::note('course', $event, (int) $event->courseid, 0);
    }

    /**
     * Something that concerns every learner of an activity.
     *
     * @param \core\event\base $event
     */
    public static function module(\core\event\base $event): void {
        self::note('module', $event, (int) $event->contextinstanceid, 0);
    }

    /**
     * Puts one row into the queue.
     *
     * @param string $kind
     * @param \core\event\base $event
     * @param int $itemid
     * @param int $userid whom it is about, 0 if the item tells
     * @param int $instanceid the quiz of an attempt
     */
    private static function note(string $kind, \core\event\base $event, int $itemid, int $userid, int $instanceid = 0): void {
        if ($itemid <= 0 || !settings::is_connected()) {
            return;
        }
        queue::put($kind, $itemid, $userid, (int) $event->courseid, $instanceid, (int) $event->timecreated);
        if (!self::$prompted && settings::get('prompt', '1')) {
            self::$prompted = true;
            \core\task\manager::queue_adhoc_task(new task\send_now(), true);
        }
    }
}
