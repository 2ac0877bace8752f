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
 * Events that were made, with their bodies as they are sent, each time the same.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class outbox {
    /** Name of the table. */
    public const TABLE = 'local_municipal_outbox';

    /** To be sent. */
    public const WAITING = 'waiting';

    /** Accepted by the connector. */
    public const SENT = 'sent';

    /** Not taken by the connector: set aside for somebody to look at. */
    public const REFUSED = 'refused';

    /**
     * The next events to send, in order.
     *
     * @param int $most
     * @return \stdClass[]
     */
    public static function next(int $most): array {
        global $DB;
        return array_values($DB->get_records(self::TABLE, ['status' => self::WAITING], 'seq', '*', 0, $most));
    }

    /**
     * Notes what became of some events.
     *
     * @param \stdClass[] $events
     * @param string $status
     * @param string $fault
     */
    public static function mark(array $events, string $status, string $fault = ''): void {
        global $DB;
        if (!$events) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal(array_column($events, 'id'), SQL_PARAMS_NAMED);
        $params += ['status' => $status, 'fault' => $fault, 'sent' => $status === self::SENT ? time() : 0];
        $DB->execute('UPDATE {' . self::TABLE . "} SET status = :status, fault = :fault, timesent = :sent WHERE id $in", $params);
    }

    /**
     * Takes up again what was set aside.
     *
     * @return int how many
     */
    public static function again(): int {
        global $DB;
        $count = $DB->count_records(self::TABLE, ['status' => self::REFUSED]);
        $DB->set_field(self::TABLE, 'status', self::WAITING, ['status' => self::REFUSED]);
        return $count;
    }

    /**
     * Deletes what was accepted before a time. The newest stays: the numbers go on from it.
     *
     * @param int $before
     */
    public static function tidy(int $before): void {
        global $DB;
        $newest = (int) $DB->get_field_sql('SELECT MAX(seq) FROM {' . self::TABLE . '}');
        $DB->delete_records_select(self::TABLE, 'status = :sent AND timesent < :before AND seq < :newest',
            ['sent' => self::SENT, 'before' => $before, 'newest' => $newest]);
    }
}
