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
 * One run of collecting and sending; never two at once, whoever starts it.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class run {
    /** Seconds after which a run leaves the rest to the next one. */
    private const LENGTH = 240;

    /**
     * Collects and sends. Does nothing if another run is on its way.
     *
     * @return int|null events accepted; null if another run is on its way
     */
    public static function now(): ?int {
        $lock = \core\lock\lock_config::get_lock_factory('local_municipal')->get_lock('run', 0, self::LENGTH * 3);
        if (!$lock) {
            return null;
        }
        try {
            $deadline = time() + self::LENGTH;
            \core_php_time_limit::raise(self::LENGTH * 2);
            (new collector())->run($deadline);
            $accepted = (new sender())->run($deadline);
            alarm::consider(status::now());
            return $accepted;
        } finally {
            $lock->release();
        }
    }
}
