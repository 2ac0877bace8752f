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
 * Signs a request as Standard Webhooks says: v1, HMAC-SHA256 over id.timestamp.body.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class signature {
    /** What a secret begins with. */
    private const PREFIX = 'whsec_';

    /**
     * The key of a secret as the connector prints it.
     *
     * @param string $secret whsec_ and base64, with or without its padding
     * @return string|null bytes, null if it is no such secret
     */
    public static function key(string $secret): ?string {
        $encoded = trim($secret);
        if (substr($encoded, 0, strlen(self::PREFIX)) !== self::PREFIX) {
            return null;
        }
        $encoded = rtrim(substr($encoded, strlen(self::PREFIX)), '=');
        if ($encoded === '' || !preg_match('~^[A-Za-z0-9+/]+$~D', $encoded)) {
            return null;
        }
        $key = base64_decode($encoded, true);
        return $key === false || $key === '' ? null : $key;
    }

    /**
     * The headers of a signed request.
     *
     * @param string $secret one that key() takes
     * @param string $messageid the same each time the same request is sent
     * @param int $timestamp seconds since 1970; the receiver takes five minutes on either side
     * @param string $body the bytes that are sent
     * @return string[] header lines by lower-case name, without the content type
     * @throws \InvalidArgumentException if the secret is none
     */
    public static function headers(string $secret, string $messageid, int $timestamp, string $body): array {
        $key = self::key($secret);
        if ($key === null) {
            throw new \InvalidArgumentException('not a secret of the connector');
        }
        $mac = hash_hmac('sha256', $messageid . '.' . $timestamp . '.' . $body, $key, true);
        return [
            'webhook-id' => $messageid,
            'webhook-timestamp' => (string) $timestamp,
            'webhook-signature' => 'v1,' . base64_encode($mac),
        ];
    }
}
