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

namespace local_municipal\task;

use local_municipal\comparing;

/**
 * Queues everything that happened since a day, to be told again.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class send_history extends \core\task\adhoc_task {
    /**
     * A task for everything since a time.
     *
     * @param int $since seconds since 1970
     * @return self
     */
    public static function since(int $since): self {
        $task = new self();
        $task->set_component('local_municipal');
        $task->set_custom_data(['since' => $since]);
        return $task;
    }

    /**
     * Fills the queue; the sending task does the rest.
     */
    public function execute() {
        comparing::history((int) $this->get_custom_data()->since);
    }
}
