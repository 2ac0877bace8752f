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
 * What waits, what was set aside and why, and what can be done about it.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_municipal\form\history_form;
use local_municipal\outbox;
use local_municipal\queue;
use local_municipal\sender;
use local_municipal\settings;
use local_municipal\status;
use local_municipal\task\send_history;

require_once(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('local_municipal_status');

$page = new moodle_url('/local/municipal/index.php');
$maymanage = has_capability('local/municipal:manage', context_system::instance());
$action = optional_param('action', '', PARAM_ALPHA);
if ($action !== '') {
    require_sesskey();
    require_capability('local/municipal:manage', context_system::instance());
    $told = '';
    $kind = \core\output\notification::NOTIFY_SUCCESS;
    if ($action === 'test') {
        $fault = (new sender())->ping();
        $told = $fault === null ? get_string('test_ok', 'local_municipal') : s($fault);
        $kind = $fault === null ? $kind : \core\output\notification::NOTIFY_ERROR;
    } else if ($action === 'again') {
        $told = get_string('again_done', 'local_municipal', outbox::again());
        $DB->set_field(queue::TABLE, 'nexttry', 0);
        settings::resume();
    } else if ($action === 'resume') {
        settings::resume();
        $told = get_string('resume_done', 'local_municipal');
    }
    redirect($page, $told, null, $kind);
}

$form = null;
if ($maymanage) {
    $form = new history_form($page, ['since' => settings::number('since') ?: time()]);
    if ($data = $form->get_data()) {
        \core\task\manager::queue_adhoc_task(send_history::since((int) $data->since), true);
        $day = userdate($data->since, get_string('strftimedate', 'langconfig'));
        redirect($page, get_string('history_done', 'local_municipal', $day), null,
            \core\output\notification::NOTIFY_SUCCESS);
    }
}

$status = status::now();
$time = function (int $seconds): string {
    return $seconds ? userdate($seconds) : get_string('never');
};

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('page_status', 'local_municipal'));
$trouble = $status->trouble(time());
if ($trouble !== null) {
    echo $OUTPUT->notification(
        get_string($trouble, 'local_municipal', ['fault' => s($status->fault), 'waiting' => $status->waiting]),
        ['trouble_unconnected' => 'info', 'trouble_trying' => 'warning'][$trouble] ?? 'error'
    );
}

$figures = new html_table();
$figures->data = [
    [get_string('endpoint', 'local_municipal'), s(settings::get('endpoint')) ?: '—'],
    [get_string('figure_success', 'local_municipal'), $time($status->lastsuccess)],
    [get_string('figure_queued', 'local_municipal'), $status->queued],
    [get_string('figure_waiting', 'local_municipal'), $status->waiting],
    [get_string('figure_oldest', 'local_municipal'), $status->oldest ? $time($status->oldest) : '—'],
    [get_string('figure_refused', 'local_municipal'), $status->refused + $status->faulty],
    [get_string('figure_fault', 'local_municipal'), s($status->fault) ?: '—'],
    [get_string('figure_next', 'local_municipal'), $status->pausedtill > time() ? $time($status->pausedtill) : '—'],
];
echo html_writer::table($figures);

if ($maymanage) {
    foreach (['test', 'again', 'resume'] as $name) {
        $label = get_string('action_' . $name, 'local_municipal');
        echo $OUTPUT->single_button(new moodle_url($page, ['action' => $name]), $label, 'post');
    }
}

echo $OUTPUT->heading(get_string('waiting', 'local_municipal'), 3);
$events = $DB->get_records_select(outbox::TABLE, 'status <> ?', [outbox::SENT], 'status, seq',
    'id, seq, eventid, type, userid, courseid, status, fault, timecreated', 0, 100);
$rows = [];
foreach ($events as $event) {
    $rows[] = [
        s($event->eventid),
        s($event->type),
        html_writer::link(new moodle_url('/user/profile.php', ['id' => $event->userid]), $event->userid),
        $event->courseid
            ? html_writer::link(new moodle_url('/course/view.php', ['id' => $event->courseid]), $event->courseid)
            : '—',
        $time((int) $event->timecreated),
        get_string('status_' . $event->status, 'local_municipal'),
        s((string) $event->fault),
    ];
}
foreach ($DB->get_records_select(queue::TABLE, 'failures > 0', null, 'id', '*', 0, 100) as $row) {
    $rows[] = [
        s($row->kind . ' ' . $row->itemid),
        '—',
        $row->userid ?: '—',
        $row->courseid ?: '—',
        $time((int) $row->timecreated),
        get_string('status_unread', 'local_municipal'),
        s((string) $row->fault),
    ];
}
if ($rows) {
    $table = new html_table();
    $table->head = [
        get_string('column_event', 'local_municipal'),
        get_string('column_type', 'local_municipal'),
        get_string('user'),
        get_string('course'),
        get_string('time'),
        get_string('status'),
        get_string('column_fault', 'local_municipal'),
    ];
    $table->data = $rows;
    echo html_writer::table($table);
} else {
    echo html_writer::tag('p', get_string('waiting_nothing', 'local_municipal'));
}

if ($form) {
    echo $OUTPUT->heading(get_string('history', 'local_municipal'), 3);
    echo html_writer::tag('p', get_string('history_intro', 'local_municipal'));
    $form->display();
}
echo $OUTPUT->footer();
