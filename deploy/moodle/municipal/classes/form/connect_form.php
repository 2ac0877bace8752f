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

namespace local_municipal\form;

use local_municipal\wire\connection;

defined('MOODLE_INTERNAL') || die();

require_once($CFG->libdir . '/formslib.php');

/**
 * Takes the settings text of the connector.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class connect_form extends \moodleform {
    /**
     * The fields.
     */
    protected function definition() {
        $this->_form->addElement('textarea', 'text', get_string('connect_text', 'local_municipal'), ['rows' => 6, 'cols' => 80]);
        $this->_form->setType('text', PARAM_RAW);
        $this->_form->addRule('text', null, 'required', null, 'client');
        $this->add_action_buttons(true, get_string('connect_save', 'local_municipal'));
    }

    /**
     * What is wrong with the text.
     *
     * @param array $data
     * @param array $files
     * @return string[]
     */
    public function validation($data, $files) {
        $faults = connection::parse($data['text'])['faults'];
        if (!$faults) {
            return [];
        }
        $sentences = array_map(function (string $fault): string {
            return get_string($fault, 'local_municipal');
        }, $faults);
        return ['text' => implode(' ', $sentences)];
    }
}
