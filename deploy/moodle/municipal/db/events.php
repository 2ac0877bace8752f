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

/**
 * What is listened to. An event that this version of Moodle does not have never comes.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$observers = [
    [
        'eventname' => '\mod_quiz\event\attempt_submitted',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_graded',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_regraded',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_reopened',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_abandoned',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_becameoverdue',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_deleted',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\attempt_manual_grading_completed',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\mod_quiz\event\question_manually_graded',
        'callback' => '\local_municipal\observer::attempt',
    ],
    [
        'eventname' => '\core\event\course_completed',
        'callback' => '\local_municipal\observer::progress',
    ],
    [
        'eventname' => '\core\event\course_module_completion_updated',
        'callback' => '\local_municipal\observer::progress',
    ],
    [
        'eventname' => '\core\event\user_graded',
        'callback' => '\local_municipal\observer::progress',
    ],
    [
        'eventname' => '\core\event\grade_deleted',
        'callback' => '\local_municipal\observer::progress',
    ],
    [
        'eventname' => '\core\event\user_enrolment_deleted',
        'callback' => '\local_municipal\observer::progress',
    ],
    [
        'eventname' => '\core\event\user_updated',
        'callback' => '\local_municipal\observer::user',
    ],
    [
        'eventname' => '\core\event\user_deleted',
        'callback' => '\local_municipal\observer::user',
    ],
    [
        'eventname' => '\core\event\course_reset_ended',
        'callback' => '\local_municipal\observer::course',
    ],
    [
        'eventname' => '\core\event\course_completion_updated',
        'callback' => '\local_municipal\observer::course',
    ],
    [
        'eventname' => '\core\event\course_updated',
        'callback' => '\local_municipal\observer::course',
    ],
    [
        'eventname' => '\core\event\course_module_updated',
        'callback' => '\local_municipal\observer::module',
    ],
    [
        'eventname' => '\mod_quiz\event\slot_mark_updated',
        'callback' => '\local_municipal\observer::module',
    ],
    [
        'eventname' => '\mod_quiz\event\quiz_grade_updated',
        'callback' => '\local_municipal\observer::module',
    ],
    [
        'eventname' => '\mod_quiz\event\slot_created',
        'callback' => '\local_municipal\observer::module',
    ],
    [
        'eventname' => '\mod_quiz\event\slot_deleted',
        'callback' => '\local_municipal\observer::module',
    ],
];
