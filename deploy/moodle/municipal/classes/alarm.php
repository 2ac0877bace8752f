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
 * Writes to the administrators when nothing gets through, once a day, and when it does again.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class alarm {
    /** What is worth a message. */
    private const LOUD = ['trouble_stopped', 'trouble_failing', 'trouble_stuck', 'trouble_aside'];

    /**
     * Writes if there is reason to.
     *
     * @param status $status
     */
    public static function consider(status $status): void {
        $now = time();
        $trouble = $status->trouble($now);
        $told = settings::get('alarmed');
        if (in_array($trouble, self::LOUD, true)) {
            if ($trouble !== $told || $now - settings::number('alarmedat') >= DAYSECS) {
                settings::set('alarmed', $trouble);
                settings::set('alarmedat', $now);
                self::write($trouble, $status);
            }
        } else if ($told !== '' && $trouble === null) {
            settings::set('alarmed', '');
            self::write('trouble_over', $status);
        }
    }

    /**
     * Writes to every administrator in their language.
     *
     * @param string $what
     * @param status $status
     */
    private static function write(string $what, status $status): void {
        $address = new \moodle_url('/local/municipal/index.php');
        foreach (get_admins() as $admin) {
            $manager = get_string_manager();
            $values = ['fault' => $status->fault, 'waiting' => $status->waiting];
            $sentence = $manager->get_string($what, 'local_municipal', $values, $admin->lang);
            $message = new \core\message\message();
            $message->courseid = SITEID;
            $message->component = 'local_municipal';
            $message->name = 'trouble';
            $message->userfrom = \core_user::get_noreply_user();
            $message->userto = $admin;
            $message->notification = 1;
            $message->subject = $manager->get_string('alarm_subject', 'local_municipal', null, $admin->lang);
            $message->fullmessage = $sentence . "\n\n" . $address->out(false);
            $message->fullmessageformat = FORMAT_PLAIN;
            $message->fullmessagehtml = '';
            $message->smallmessage = $sentence;
            $message->contexturl = $address->out(false);
            $message->contexturlname = $manager->get_string('pluginname', 'local_municipal', null, $admin->lang);
            message_send($message);
        }
    }
}
