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
 * What an administrator set, and what the plugin remembers between two runs.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class settings {
    /**
     * A value.
     *
     * @param string $name
     * @param string $default
     * @return string
     */
    public static function get(string $name, string $default = ''): string {
        $value = get_config('local_municipal', $name);
        return $value === false || $value === null ? $default : (string) $value;
    }

    /**
     * A number that the plugin remembers.
     *
     * @param string $name
     * @return int
     */
    public static function number(string $name): int {
        return (int) self::get($name, '0');
    }

    /**
     * Remembers a value. Writes only what is new: each write empties a cache.
     *
     * @param string $name
     * @param string|int $value
     */
    public static function set(string $name, $value): void {
        if (self::get($name) !== (string) $value) {
            set_config($name, (string) $value, 'local_municipal');
        }
    }

    /**
     * Whether it is known where to send and how to sign.
     *
     * @return bool
     */
    public static function is_connected(): bool {
        return self::get('endpoint') !== '' && self::get('secret') !== '';
    }

    /**
     * Connects to another address, or to the same with another secret.
     *
     * @param string $endpoint
     * @param string $secret
     */
    public static function connect(string $endpoint, string $secret): void {
        self::set('endpoint', $endpoint);
        self::set('secret', $secret);
        if (!self::number('since')) {
            self::set('since', time());
        }
        self::resume();
    }

    /**
     * Forgets pauses and stops: the next run tries again.
     */
    public static function resume(): void {
        self::set('stopped', 0);
        self::set('pausedtill', 0);
    }

    /**
     * Which courses are told of.
     *
     * @return wire\scope
     */
    public static function scope(): wire\scope {
        return new wire\scope(self::get('categories'), self::get('courses'));
    }
}
