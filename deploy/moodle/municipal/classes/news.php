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
use local_municipal\wire\payload;

/**
 * Compares what Moodle has with what was told, and says what has to be told now.
 *
 * A piece of news is an event without its number and the row of told that will hold once it is
 * written down.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class news {
    /** States of an attempt that was handed in, or never will be. */
    private const OVER = ['finished', 'abandoned', 'submitted'];

    /** @var reader */
    private $reader;

    /** @var wire\scope */
    private $scope;

    /** @var int facts older than this are told only if somebody asks for history */
    private $since;

    /**
     * Over what was set.
     *
     * @param reader $reader
     */
    public function __construct(reader $reader) {
        $this->reader = $reader;
        $this->scope = settings::scope();
        $this->since = settings::number('since');
    }

    /**
     * News of attempts.
     *
     * @param \stdClass[] $rows of the queue, one for each attempt
     * @return array[] lists of pairs, by number of the row
     */
    public function of_attempts(array $rows): array {
        $ids = array_column($rows, 'itemid');
        $attempts = $this->reader->attempts($ids);
        $before = [];
        foreach (told::about('attempt', $ids) as $state) {
            $before[$state->itemid] = $state;
        }
        $gone = $this->reader->quizzes(array_filter(array_map(function (\stdClass $row) use ($before): int {
            return (int) ($before[$row->itemid]->instanceid ?? $row->instanceid);
        }, $rows)));
        $this->reader->load_users(array_merge(array_column(array_filter($attempts), 'userid'), array_column($rows, 'userid')));
        $news = [];
        foreach ($rows as $row) {
            $state = $before[$row->itemid] ?? null;
            if (array_key_exists($row->itemid, $attempts)) {
                $news[$row->id] = $this->of_attempt($row, $attempts[$row->itemid], $state);
            } else {
                $quizid = (int) ($state->instanceid ?? $row->instanceid);
                $news[$row->id] = $this->of_missing_attempt($row, $gone[$quizid] ?? null, $state);
            }
        }
        return $news;
    }

    /**
     * News of a learner in a course: the course's completion and that of its activities.
     *
     * @param \stdClass $row of the queue
     * @return array[] list of pairs
     */
    public function of_progress(\stdClass $row): array {
        $user = $this->reader->user((int) $row->userid);
        $course = $this->included((int) $row->itemid);
        if ($user === null || $course === null) {
            return [];
        }
        $activities = $this->reader->activities((int) $row->itemid, (int) $row->userid);
        $before = told::about('activity', array_keys($activities), (int) $row->userid);
        $news = [];
        foreach ($activities as $cmid => $activity) {
            $state = $before[told::key($cmid, $row->userid)] ?? null;
            $news[] = $this->of_activity($row, $user, $course, $cmid, $activity, $state);
        }
        $before = told::about('completion', [$row->itemid], (int) $row->userid);
        $news[] = $this->of_completion($row, $user, $course, reset($before) ?: null);
        return array_merge([], ...$news);
    }

    /**
     * News of an account: only of those of whom something was told.
     *
     * @param \stdClass $row of the queue
     * @return array[] list of pairs
     */
    public function of_user(\stdClass $row): array {
        global $DB;
        if (!$DB->record_exists(told::TABLE, ['userid' => $row->userid])) {
            return [];
        }
        $user = $this->reader->user((int) $row->userid);
        // What Moodle leaves of a deleted account is a made-up address: it is not told.
        $event = $user === null
            ? payload::event('user.deleted', (int) $row->timecreated, ['id' => $row->userid], null)
            : payload::event('user.updated', (int) $row->timecreated, $user, null);
        return [[$event, null]];
    }

    /**
     * News of an attempt that is there.
     *
     * @param \stdClass $row of the queue
     * @param array|null $attempt of the reader
     * @param \stdClass|null $state
     * @return array[]
     */
    private function of_attempt(\stdClass $row, ?array $attempt, ?\stdClass $state): array {
        if ($attempt === null) {
            return [];
        }
        $user = $this->reader->user($attempt['userid']);
        $course = $this->included($attempt['courseid']);
        $wastold = $state !== null && $state->says;
        if ($user === null || $course === null || !($wastold || in_array($attempt['attempt']['state'], self::OVER, true))) {
            return [];
        }
        $occurred = comparison::occurred((int) $row->timecreated ?: $attempt['modified'], self::last($state));
        $event = payload::event('quiz.attempt_graded', $occurred, $user, $course,
            payload::attempt($attempt['quiz'], $attempt['attempt'], $attempt['questions']));
        $digest = payload::digest($event);
        if ($wastold && $state->digest === $digest && !$row->again) {
            return [];
        }
        $mark = self::state($state, 'attempt', (int) $row->itemid, $attempt['userid'], [
            'courseid' => $attempt['courseid'],
            'instanceid' => (int) $attempt['quiz']['id'],
            'says' => 1,
            'digest' => $digest,
            'happenedat' => $attempt['modified'],
            'occurredat' => $occurred,
        ]);
        return [[$event, $mark]];
    }

    /**
     * News of an attempt that is not there. A quiz that was deleted withdraws nothing: tidying up is no correction.
     *
     * @param \stdClass $row of the queue
     * @param array|null $quiz
     * @param \stdClass|null $state
     * @return array[]
     */
    private function of_missing_attempt(\stdClass $row, ?array $quiz, ?\stdClass $state): array {
        if ($quiz === null || ($state !== null && !$state->says)) {
            return [];
        }
        $userid = (int) ($state->userid ?? $row->userid);
        $user = $this->reader->user($userid);
        $course = $this->included((int) $quiz['courseid']);
        if ($user === null || $course === null) {
            return [];
        }
        $occurred = comparison::occurred((int) $row->timecreated ?: time(), self::last($state));
        $event = payload::event('quiz.attempt_retracted', $occurred, $user, $course,
            payload::attempt_gone($quiz, (int) $row->itemid));
        $mark = self::state($state, 'attempt', (int) $row->itemid, $userid, [
            'courseid' => (int) $quiz['courseid'],
            'instanceid' => (int) $quiz['id'],
            'says' => 0,
            'digest' => payload::digest($event),
            'happenedat' => $state->happenedat ?? 0,
            'occurredat' => $occurred,
        ]);
        return [[$event, $mark]];
    }

    /**
     * News of a course completion.
     *
     * @param \stdClass $row of the queue
     * @param array $user
     * @param array $course
     * @param \stdClass|null $state
     * @return array[]
     */
    private function of_completion(\stdClass $row, array $user, array $course, ?\stdClass $state): array {
        $now = $this->reader->completion((int) $course['id'], (int) $user['id']);
        $told = $state !== null && $state->says ? (int) $state->happenedat : null;
        if ($state === null && $now !== null && $now < $this->since) {
            return [];
        }
        $last = self::last($state);
        $news = [];
        foreach (comparison::completion($now, $told, (bool) $row->again) as [$step, $time]) {
            $holds = $step === comparison::TELL;
            $last = comparison::occurred($holds ? $time : ((int) $row->timecreated ?: time()), $last);
            $event = payload::event($holds ? 'course.completed' : 'course.completion_retracted', $last, $user, $course,
                payload::completion($time));
            $mark = self::state($state, 'completion', (int) $course['id'], (int) $user['id'], [
                'courseid' => (int) $course['id'],
                'says' => $holds ? 1 : 0,
                'digest' => payload::digest($event),
                'happenedat' => $time,
                'occurredat' => $last,
            ]);
            $news[] = [$event, $mark];
        }
        return $news;
    }

    /**
     * News of the completion of an activity.
     *
     * @param \stdClass $row of the queue
     * @param array $user
     * @param array $course
     * @param int $cmid
     * @param array $activity of the reader
     * @param \stdClass|null $state
     * @return array[]
     */
    private function of_activity(\stdClass $row, array $user, array $course, int $cmid, array $activity,
            ?\stdClass $state): array {
        $now = $activity['now'];
        $told = $state !== null && $state->says ? [(int) $state->modstate, (int) $state->happenedat] : null;
        if ($state === null && $now !== null && $now[1] < $this->since) {
            return [];
        }
        $step = comparison::activity($now, $told, (bool) $row->again);
        if ($step === null) {
            return [];
        }
        [$what, $reached, $time] = $step;
        $holds = $what === comparison::TELL;
        $occurred = comparison::occurred($now[1] ?? ((int) $row->timecreated ?: time()), self::last($state));
        $event = payload::event($holds ? 'activity.completed' : 'activity.retracted', $occurred, $user, $course,
            payload::activity($cmid, $activity['idnumber'], $reached, $time));
        $mark = self::state($state, 'activity', $cmid, (int) $user['id'], [
            'courseid' => (int) $course['id'],
            'says' => $holds ? 1 : 0,
            'digest' => payload::digest($event),
            'modstate' => $reached,
            'happenedat' => $time,
            'occurredat' => $occurred,
        ]);
        return [[$event, $mark]];
    }

    /**
     * A course that is told of.
     *
     * @param int $courseid
     * @return array|null
     */
    private function included(int $courseid): ?array {
        $course = $this->reader->course($courseid);
        return $course !== null && $this->scope->includes($courseid, $course['path']) ? $course : null;
    }

    /**
     * When what was told last was so.
     *
     * @param \stdClass|null $state
     * @return int|null
     */
    private static function last(?\stdClass $state): ?int {
        return $state === null ? null : (int) $state->occurredat;
    }

    /**
     * The row of told as it will be.
     *
     * @param \stdClass|null $state as it is
     * @param string $kind
     * @param int $itemid
     * @param int $userid
     * @param array $values
     * @return \stdClass
     */
    private static function state(?\stdClass $state, string $kind, int $itemid, int $userid, array $values): \stdClass {
        $row = $values + ['kind' => $kind, 'itemid' => $itemid, 'userid' => $userid, 'instanceid' => 0, 'modstate' => 0];
        if ($state !== null) {
            $row['id'] = $state->id;
        }
        return (object) $row;
    }
}
