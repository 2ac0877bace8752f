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
 * The settings text that the connector prints and an administrator pastes whole.
 *
 *     # any remark
 *     endpoint = https://connector.example.org/hooks/school-lms
 *     secret = whsec_...
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class connection {
    /**
     * Reads a pasted text.
     *
     * @param string $text
     * @return array endpoint, secret and faults: names of language strings, none if all is well
     */
    public static function parse(string $text): array {
        $found = ['endpoint' => '', 'secret' => ''];
        foreach (preg_split('/\R/u', str_replace("\xEF\xBB\xBF", '', $text)) ?: [] as $line) {
            if (preg_match('/^\s*(endpoint|secret)\s*[=:]\s*(.+?)\s*$/iu', $line, $match)) {
                $found[strtolower($match[1])] = trim($match[2], " \t\"'<>");
            }
        }
        $faults = [];
        if (!self::is_endpoint($found['endpoint'])) {
            $faults[] = 'fault_endpoint';
        }
        if (signature::key($found['secret']) === null) {
            $faults[] = 'fault_secret';
        }
        return $found + ['faults' => $faults];
    }

    /**
     * Whether an address can be one of the connector.
     *
     * @param string $address
     * @return bool
     */
    public static function is_endpoint(string $address): bool {
        $parts = parse_url($address);
        return is_array($parts)
            && in_array(strtolower($parts['scheme'] ?? ''), ['http', 'https'], true)
            && !isset($parts['user'])
            && ($parts['host'] ?? '') !== ''
            && preg_match('~/hooks/[a-z0-9-]{1,40}$~D', $parts['path'] ?? '') === 1;
    }
}
