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

namespace local_municipal\check;

use core\check\check;
use core\check\result;
use local_municipal\status;

/**
 * Whether what happens here reaches the connector, in Moodle's own report of its health.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class delivery extends check {
    /**
     * The name in the report.
     *
     * @return string
     */
    public function get_name(): string {
        return get_string('check_delivery', 'local_municipal');
    }

    /**
     * Where to look.
     *
     * @return \action_link|null
     */
    public function get_action_link(): ?\action_link {
        return new \action_link(new \moodle_url('/local/municipal/index.php'), get_string('pluginname', 'local_municipal'));
    }

    /**
     * How it stands.
     *
     * @return result
     */
    public function get_result(): result {
        $status = status::now();
        $trouble = $status->trouble(time());
        if ($trouble === null) {
            return new result(result::OK, get_string('check_ok', 'local_municipal', $status->waiting));
        }
        $sentence = get_string($trouble, 'local_municipal', ['fault' => s($status->fault), 'waiting' => $status->waiting]);
        $levels = ['trouble_unconnected' => result::INFO, 'trouble_trying' => result::WARNING, 'trouble_aside' => result::WARNING];
        return new result($levels[$trouble] ?? result::ERROR, $sentence);
    }
}
