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
 * Strings of the plugin.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['action_again'] = 'Send again what was set aside';
$string['action_resume'] = 'Try now';
$string['action_test'] = 'Test the connection';
$string['again_done'] = 'Taken up again: {$a}.';
$string['alarm_subject'] = 'Municipal connector: delivery';
$string['alertafter'] = 'Write to administrators after';
$string['alertafter_desc'] = 'How long nothing may get through before the site administrators are told. They are told once a day, and once more when it works again.';
$string['categories'] = 'Course categories';
$string['categories_desc'] = 'Only courses in these categories and below are told of. None chosen and no courses named: all courses.';
$string['check_delivery'] = 'Delivery to the municipal connector';
$string['check_ok'] = 'Everything gets through. Waiting: {$a}.';
$string['column_event'] = 'Event';
$string['column_fault'] = 'Why';
$string['column_type'] = 'Type';
$string['connect_intro'] = 'The connector prints a settings text when the source is made: the address and the secret. Paste the whole text here; it is tried at once.';
$string['connect_save'] = 'Connect and test';
$string['connect_text'] = 'Settings text';
$string['connected'] = 'Connected: the connector has answered.';
$string['connected_not'] = 'The settings are kept, but the connector did not accept the test: {$a}';
$string['connection_desc'] = 'Address and secret are set on the page <a href="{$a}">Connect</a>.';
$string['courses'] = 'Courses';
$string['courses_desc'] = 'Numbers of courses that are told of besides the categories, with commas or blanks. The number stands in the address of the course: course/view.php?id=7.';
$string['endpoint'] = 'Address of the connector';
$string['fault_401'] = 'The connector does not accept the signature (401): the secret is another one, or the clocks differ by more than five minutes.';
$string['fault_410'] = 'The connector answers that it takes nothing more from here (410).';
$string['fault_endpoint'] = 'The text holds no address of a connector: a line endpoint = https://…/hooks/….';
$string['fault_none'] = 'There is no connection: {$a->detail}.';
$string['fault_other'] = 'Something answers at this address ({$a->status}), but it is not the connector.';
$string['fault_redirect'] = 'The address leads elsewhere ({$a->status}); redirects are not followed. Paste the final address.';
$string['fault_secret'] = 'The text holds no secret of the connector: a line secret = whsec_….';
$string['fault_status'] = 'The connector answers {$a->status}.';
$string['fault_too_large'] = 'The event is larger than the connector takes.';
$string['figure_fault'] = 'What is wrong';
$string['figure_next'] = 'Next try';
$string['figure_oldest'] = 'The oldest waits since';
$string['figure_queued'] = 'To be looked at';
$string['figure_refused'] = 'Set aside';
$string['figure_success'] = 'Accepted last';
$string['figure_waiting'] = 'Waiting to be sent';
$string['history'] = 'History';
$string['history_done'] = 'All that happened since {$a} is being queued.';
$string['history_intro'] = 'Sends again what happened since a day: finished attempts, completed courses and activities. Nothing is counted twice.';
$string['history_send'] = 'Send history';
$string['history_since'] = 'From';
$string['keepdays'] = 'Keep what was accepted';
$string['keepdays_desc'] = 'Days after which accepted events are deleted here.';
$string['messageprovider:trouble'] = 'Events do not reach the municipal connector';
$string['municipal:manage'] = 'Send again, send history, test the connection';
$string['municipal:view'] = 'See what waits to be sent';
$string['page_connect'] = 'Connect';
$string['page_settings'] = 'Settings';
$string['page_status'] = 'What waits and what was sent';
$string['pluginname'] = 'Municipal connector';
$string['privacy:metadata:body'] = 'The event as it is sent';
$string['privacy:metadata:connector'] = 'The connector of the municipal methodical service gets results and completions to find professional deficits and follow individual routes.';
$string['privacy:metadata:connector:attempts'] = 'Quiz attempts: times, grade, marks of the questions';
$string['privacy:metadata:connector:completions'] = 'Completed courses and activities, with their times';
$string['privacy:metadata:connector:email'] = 'E-mail address';
$string['privacy:metadata:connector:id'] = 'Number of the account';
$string['privacy:metadata:connector:idnumber'] = 'ID number (personnel number)';
$string['privacy:metadata:courseid'] = 'The course it is about';
$string['privacy:metadata:eventid'] = 'Number of the event';
$string['privacy:metadata:happenedat'] = 'When the fact happened';
$string['privacy:metadata:itemid'] = 'The attempt, course or activity it is about';
$string['privacy:metadata:kind'] = 'What it is about: an attempt, a completion, an account';
$string['privacy:metadata:local_municipal_outbox'] = 'Events that wait to be sent or were sent lately';
$string['privacy:metadata:local_municipal_queue'] = 'What may have changed and is to be looked at';
$string['privacy:metadata:local_municipal_state'] = 'What was told last, to find withdrawals';
$string['privacy:metadata:occurredat'] = 'When Moodle reached this state';
$string['privacy:metadata:says'] = 'Whether it was told as a fact or as a withdrawal';
$string['privacy:metadata:status'] = 'Whether it waits, was sent or was set aside';
$string['privacy:metadata:timecreated'] = 'When it was written down';
$string['privacy:metadata:timemodified'] = 'When it was written down last';
$string['privacy:metadata:timesent'] = 'When it was accepted';
$string['privacy:metadata:type'] = 'Type of the event';
$string['privacy:metadata:userid'] = 'Whom it is about';
$string['prompt'] = 'Send promptly';
$string['prompt_desc'] = 'Ask cron to send as soon as it can, and not only at the next full minute. It costs the learner about a millisecond.';
$string['resume_done'] = 'The next run of cron tries again.';
$string['status_refused'] = 'set aside';
$string['status_unread'] = 'could not be read';
$string['status_waiting'] = 'waits';
$string['task_compare'] = 'Find what was told and is no longer so';
$string['task_send'] = 'Send to the municipal connector';
$string['task_tend'] = 'Find what was never told, delete what was accepted';
$string['test_ok'] = 'The connector has answered.';
$string['trouble_aside'] = 'Some events were set aside; the page of the plugin says why.';
$string['trouble_failing'] = 'Nothing gets through to the connector. {$a->fault} Waiting: {$a->waiting}. Nothing is lost: it is tried again and again.';
$string['trouble_over'] = 'Events reach the connector again. Waiting: {$a->waiting}.';
$string['trouble_stopped'] = 'The connector takes nothing more from this site (410), so sending has stopped. Waiting: {$a->waiting}. Ask whoever runs the connector, then press «Try now» or connect anew.';
$string['trouble_stuck'] = 'Events wait for a long time ({$a->waiting}): does cron run?';
$string['trouble_trying'] = 'Nothing gets through at the moment. {$a->fault} Waiting: {$a->waiting}. It is tried again.';
$string['trouble_unconnected'] = 'Not connected yet: paste the settings text of the connector on the page «Connect».';
$string['waiting'] = 'Not sent yet';
$string['waiting_nothing'] = 'Nothing waits.';
