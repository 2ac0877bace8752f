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
 * Connects this site: the settings text is pasted whole, and tried at once.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_municipal\form\connect_form;
use local_municipal\sender;
use local_municipal\settings;
use local_municipal\wire\connection;

require_once(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('local_municipal_connect');

$status = new moodle_url('/local/municipal/index.php');
$form = new connect_form();
if ($form->is_cancelled()) {
    redirect($status);
}
if ($data = $form->get_data()) {
    $read = connection::parse($data->text);
    settings::connect($read['endpoint'], $read['secret']);
    $fault = (new sender())->ping();
    if ($fault === null) {
        redirect($status, get_string('connected', 'local_municipal'), null, \core\output\notification::NOTIFY_SUCCESS);
    }
    redirect($status, get_string('connected_not', 'local_municipal', s($fault)), null,
        \core\output\notification::NOTIFY_ERROR);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('page_connect', 'local_municipal'));
echo html_writer::tag('p', get_string('connect_intro', 'local_municipal'));
$form->display();
echo $OUTPUT->footer();
