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
 * What was told last about each fact: an attempt, a course completion, an activity completion.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class told {
    /** Name of the table. */
    public const TABLE = 'local_municipal_state';

    /**
     * What was told last about some facts of one kind.
     *
     * @param string $kind
     * @param int[] $itemids
     * @param int|null $userid of one learner only
     * @return \stdClass[] rows by item and learner, as key() has it
     */
    public static function about(string $kind, array $itemids, ?int $userid = null): array {
        global $DB;
        if (!$itemids) {
            return [];
        }
        [$in, $params] = $DB->get_in_or_equal($itemids, SQL_PARAMS_NAMED);
        $where = "kind = :kind AND itemid $in";
        $params['kind'] = $kind;
        if ($userid !== null) {
            $where .= ' AND userid = :userid';
            $params['userid'] = $userid;
        }
        $found = [];
        foreach ($DB->get_records_select(self::TABLE, $where, $params) as $row) {
            $found[self::key($row->itemid, $row->userid)] = $row;
        }
        return $found;
    }

    /**
     * The key of a fact within its kind.
     *
     * @param int|string $itemid
     * @param int|string $userid
     * @return string
     */
    public static function key($itemid, $userid): string {
        return $itemid . ':' . $userid;
    }

    /**
     * Remembers what was told.
     *
     * @param \stdClass $row with an id where there was one before
     */
    public static function remember(\stdClass $row): void {
        global $DB;
        $row->timemodified = time();
        if (!isset($row->id)) {
            $row->id = $DB->get_field(self::TABLE, 'id',
                ['kind' => $row->kind, 'itemid' => $row->itemid, 'userid' => $row->userid]) ?: null;
        }
        if ($row->id) {
            $DB->update_record(self::TABLE, $row);
        } else {
            unset($row->id);
            $DB->insert_record(self::TABLE, $row, false);
        }
    }
}
