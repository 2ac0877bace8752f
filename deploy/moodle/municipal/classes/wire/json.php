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

namespace local_municipal\wire;

/**
 * JSON as the connector takes it: UTF-8, numbers short, no broken text.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class json {
    /**
     * Encodes a value.
     *
     * Moodle writes floats with 17 digits (33.332999999999998 for 33.333); here they are as short
     * as they can be. Bytes that are no UTF-8 are replaced: one broken name must not hold back
     * the results of everybody else.
     *
     * @param mixed $value
     * @return string
     */
    public static function encode($value): string {
        $before = ini_set('serialize_precision', '-1');
        try {
            return json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
                | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
        } finally {
            if ($before !== false) {
                ini_set('serialize_precision', $before);
            }
        }
    }
}
