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

namespace local_municipal\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\transform;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;

/**
 * What the plugin keeps of people and where it sends it. All of it belongs to the person's own context.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class provider implements
    \core_privacy\local\metadata\provider,
    \core_privacy\local\request\core_userlist_provider,
    \core_privacy\local\request\plugin\provider {
    /** Tables and the columns that are told in an export. */
    private const TABLES = [
        'local_municipal_queue' => ['kind', 'itemid', 'courseid', 'timecreated'],
        'local_municipal_outbox' => ['eventid', 'type', 'courseid', 'body', 'status', 'timecreated', 'timesent'],
        'local_municipal_state' => ['kind', 'itemid', 'courseid', 'says', 'happenedat', 'occurredat', 'timemodified'],
    ];

    /** Columns that hold a time. */
    private const TIMES = ['timecreated', 'timesent', 'happenedat', 'occurredat', 'timemodified'];

    /**
     * What is kept and what is sent.
     *
     * @param collection $collection
     * @return collection
     */
    public static function get_metadata(collection $collection): collection {
        foreach (self::TABLES as $table => $columns) {
            $fields = ['userid' => 'privacy:metadata:userid'];
            foreach ($columns as $column) {
                $fields[$column] = 'privacy:metadata:' . $column;
            }
            $collection->add_database_table($table, $fields, 'privacy:metadata:' . $table);
        }
        $sent = [];
        foreach (['id', 'idnumber', 'email', 'attempts', 'completions'] as $name) {
            $sent[$name] = 'privacy:metadata:connector:' . $name;
        }
        $collection->add_external_location_link('connector', $sent, 'privacy:metadata:connector');
        return $collection;
    }

    /**
     * Where something of a person is kept.
     *
     * @param int $userid
     * @return contextlist
     */
    public static function get_contexts_for_userid(int $userid): contextlist {
        $list = new contextlist();
        foreach (array_keys(self::TABLES) as $table) {
            $list->add_from_sql('SELECT ctx.id FROM {context} ctx WHERE ctx.contextlevel = :level AND ctx.instanceid = :person
                AND EXISTS (SELECT 1 FROM {' . $table . '} t WHERE t.userid = :user)',
                ['level' => CONTEXT_USER, 'person' => $userid, 'user' => $userid]);
        }
        return $list;
    }

    /**
     * Whose something is kept in a context.
     *
     * @param userlist $userlist
     */
    public static function get_users_in_context(userlist $userlist) {
        $context = $userlist->get_context();
        if ($context instanceof \context_user) {
            foreach (array_keys(self::TABLES) as $table) {
                $userlist->add_from_sql('userid', 'SELECT userid FROM {' . $table . '} WHERE userid = :user',
                    ['user' => $context->instanceid]);
            }
        }
    }

    /**
     * Hands out what is kept.
     *
     * @param approved_contextlist $contextlist
     */
    public static function export_user_data(approved_contextlist $contextlist) {
        global $DB;
        $userid = (int) $contextlist->get_user()->id;
        foreach (self::own($contextlist->get_contexts(), $userid) as $context) {
            foreach (self::TABLES as $table => $columns) {
                $rows = $DB->get_records($table, ['userid' => $userid], 'id', 'id, ' . implode(', ', $columns));
                foreach ($rows as $row) {
                    unset($row->id);
                    foreach (array_intersect(self::TIMES, $columns) as $name) {
                        $row->$name = $row->$name ? transform::datetime($row->$name) : null;
                    }
                }
                if ($rows) {
                    writer::with_context($context)->export_data(
                        [get_string('pluginname', 'local_municipal'), $table],
                        (object) ['rows' => array_values($rows)]
                    );
                }
            }
        }
    }

    /**
     * Deletes all that is kept in a context.
     *
     * @param \context $context
     */
    public static function delete_data_for_all_users_in_context(\context $context) {
        if ($context instanceof \context_user) {
            self::delete((int) $context->instanceid);
        }
    }

    /**
     * Deletes what is kept of a person.
     *
     * @param approved_contextlist $contextlist
     */
    public static function delete_data_for_user(approved_contextlist $contextlist) {
        $userid = (int) $contextlist->get_user()->id;
        if (self::own($contextlist->get_contexts(), $userid)) {
            self::delete($userid);
        }
    }

    /**
     * Deletes what is kept of some people.
     *
     * @param approved_userlist $userlist
     */
    public static function delete_data_for_users(approved_userlist $userlist) {
        $context = $userlist->get_context();
        if ($context instanceof \context_user && in_array($context->instanceid, $userlist->get_userids())) {
            self::delete((int) $context->instanceid);
        }
    }

    /**
     * The person's own among some contexts.
     *
     * @param \context[] $contexts
     * @param int $userid
     * @return \context[]
     */
    private static function own(array $contexts, int $userid): array {
        return array_filter($contexts, function (\context $context) use ($userid): bool {
            return $context->contextlevel == CONTEXT_USER && $context->instanceid == $userid;
        });
    }

    /**
     * Deletes what is kept of a person.
     *
     * @param int $userid
     */
    private static function delete(int $userid): void {
        global $DB;
        foreach (array_keys(self::TABLES) as $table) {
            $DB->delete_records($table, ['userid' => $userid]);
        }
    }
}
