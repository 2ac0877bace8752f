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

use local_municipal\wire\comparison;
use local_municipal\wire\json;
use local_municipal\wire\pause;
use local_municipal\wire\payload;

/**
 * Turns rows of the queue into events in the outbox. One at a time: the caller holds the lock.
 *
 * What is read is the state now, not that of the moment of the event, so ten rows about one attempt
 * make one event. The event, what was told, and the rows that are done with are written together: a
 * killed process leaves either all of it or nothing.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class collector {
    /** Rows taken at once. */
    private const ROWS = 300;

    /**
     * Empties the queue as far as it can be emptied now.
     *
     * @param int $deadline seconds since 1970
     * @return int events made
     */
    public function run(int $deadline): int {
        global $DB;
        $made = 0;
        while (time() < $deadline) {
            $rows = $DB->get_records_select(queue::TABLE, 'nexttry <= ?', [time()], 'id', '*', 0, self::ROWS);
            if (!$rows) {
                break;
            }
            $made += $this->collect($rows);
        }
        return $made;
    }

    /**
     * Does with some rows.
     *
     * @param \stdClass[] $rows
     * @return int events made
     */
    private function collect(array $rows): int {
        $news = new news(new reader());
        $subjects = self::subjects($rows);
        $made = 0;
        foreach (array_merge($subjects['course'], $subjects['module']) as $subject) {
            $this->guarded([$subject], function () use ($subject): array {
                $row = $subject['row'];
                if ($row->kind === 'course') {
                    queue::spread_course((int) $row->itemid, (int) $row->timecreated);
                } else {
                    queue::spread_module((int) $row->itemid, (int) $row->timecreated);
                }
                return [];
            });
        }
        foreach (array_chunk($subjects['attempt'], 100) as $chunk) {
            $made += $this->attempts($news, $chunk);
        }
        foreach (array_chunk(array_merge($subjects['progress'], $subjects['user']), 50) as $chunk) {
            $made += $this->guarded_or_alone($chunk, function (array $some) use ($news): array {
                $told = [];
                foreach ($some as $subject) {
                    $row = $subject['row'];
                    $told[] = $row->kind === 'user' ? $news->of_user($row) : $news->of_progress($row);
                }
                return array_merge([], ...$told);
            });
        }
        return $made;
    }

    /**
     * Does with attempts.
     *
     * @param news $news
     * @param array[] $subjects
     * @return int events made
     */
    private function attempts(news $news, array $subjects): int {
        return $this->guarded_or_alone($subjects, function (array $some) use ($news): array {
            return array_merge([], ...array_values($news->of_attempts(array_column($some, 'row'))));
        });
    }

    /**
     * Does with some subjects together, and if that fails with each alone, so that one broken record
     * holds back nobody else.
     *
     * @param array[] $subjects
     * @param callable $read gets subjects, returns news
     * @return int events made
     */
    private function guarded_or_alone(array $subjects, callable $read): int {
        $together = function () use ($read, $subjects): array {
            return $read($subjects);
        };
        if (count($subjects) > 1) {
            try {
                return $this->write($subjects, $together);
            } catch (\Throwable $fault) {
                debugging('local_municipal: ' . $fault->getMessage() . '; each alone', DEBUG_DEVELOPER);
            }
        }
        $made = 0;
        foreach ($subjects as $subject) {
            $made += $this->guarded([$subject], function () use ($read, $subject): array {
                return $read([$subject]);
            });
        }
        return $made;
    }

    /**
     * Does with one subject; a fault is written down at its rows and tried again later.
     *
     * @param array[] $subjects
     * @param callable $read returns news
     * @return int events made
     */
    private function guarded(array $subjects, callable $read): int {
        global $DB;
        try {
            return $this->write($subjects, $read);
        } catch (\Throwable $fault) {
            foreach ($subjects as $subject) {
                $failures = (int) $subject['row']->failures + 1;
                $nexttry = time() + pause::seconds($failures, mt_rand() / mt_getrandmax());
                $told = \core_text::substr(get_class($fault) . ': ' . $fault->getMessage(), 0, 250);
                foreach ($subject['ids'] as $id) {
                    $DB->update_record(queue::TABLE,
                        (object) ['id' => $id, 'failures' => $failures, 'nexttry' => $nexttry, 'fault' => $told]);
                }
            }
            return 0;
        }
    }

    /**
     * Reads, and writes down what was read, in one transaction.
     *
     * @param array[] $subjects
     * @param callable $read
     * @return int events made
     */
    private function write(array $subjects, callable $read): int {
        global $DB;
        $salt = self::salt();
        $transaction = $DB->start_delegated_transaction();
        try {
            $news = $read();
            $seq = (int) $DB->get_field_sql('SELECT MAX(seq) FROM {local_municipal_outbox}');
            $rows = [];
            foreach ($news as [$event, $state]) {
                $seq = comparison::next_seq($seq, (int) (microtime(true) * 1000));
                $event = payload::stamp($event, $seq, $salt);
                $body = json::encode($event);
                $rows[] = [
                    'seq' => $seq,
                    'eventid' => $event['id'],
                    'type' => $event['type'],
                    'userid' => $event['user']['id'],
                    'courseid' => $event['course']['id'] ?? 0,
                    'body' => $body,
                    'bytes' => strlen($body),
                    'status' => outbox::WAITING,
                    'timecreated' => time(),
                    'timesent' => 0,
                ];
                if ($state !== null) {
                    told::remember($state);
                }
            }
            if ($rows) {
                $DB->insert_records(outbox::TABLE, $rows);
            }
            $DB->delete_records_list(queue::TABLE, 'id', array_merge([], ...array_column($subjects, 'ids')));
            $transaction->allow_commit();
            return count($rows);
        } catch (\Throwable $fault) {
            try {
                $transaction->rollback($fault);
            } catch (\Throwable $same) {
                // Moodle throws it again, or says that the connection is lost; the first one tells more.
                throw $fault;
            }
        }
    }

    /**
     * Rows put together by what they are about, with the latest time among them.
     *
     * @param \stdClass[] $rows
     * @return array[][] lists of row and ids, by kind
     */
    private static function subjects(array $rows): array {
        $found = ['course' => [], 'module' => [], 'attempt' => [], 'progress' => [], 'user' => []];
        foreach ($rows as $row) {
            // An attempt is told by its number alone: some events do not name the learner.
            $key = $row->kind === 'attempt' ? $row->itemid : told::key($row->itemid, $row->userid);
            $before = $found[$row->kind][$key] ?? null;
            if ($before === null) {
                $found[$row->kind][$key] = ['row' => $row, 'ids' => [$row->id]];
                continue;
            }
            $before['row']->timecreated = max($before['row']->timecreated, $row->timecreated);
            $before['row']->again = max($before['row']->again, $row->again);
            $before['row']->userid = max($before['row']->userid, $row->userid);
            $before['row']->instanceid = max($before['row']->instanceid, $row->instanceid);
            $found[$row->kind][$key]['ids'][] = $row->id;
        }
        return array_map('array_values', $found);
    }

    /**
     * What makes this site's event ids its own.
     *
     * @return string
     */
    private static function salt(): string {
        $salt = settings::get('salt');
        if ($salt === '') {
            $salt = bin2hex(random_bytes(5));
            settings::set('salt', $salt);
        }
        return $salt;
    }
}
