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
 * The events of the connector's native dialect, as arrays ready for JSON.
 *
 * Nothing here asks Moodle: what is told comes in as plain values, so it can be tried without it.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class payload {
    /** Version of the dialect; the plugin's release begins with it. */
    public const VERSION = 1;

    /** Most characters of a text that the connector takes. */
    private const LONGEST = 1900;

    /**
     * What every event has.
     *
     * @param string $type of the dialect
     * @param int $occurredat when Moodle reached this state, seconds since 1970
     * @param array|null $user id, idnumber, email
     * @param array|null $course id, idnumber, shortname, fullname
     * @param array $members what this type says besides
     * @return array without id and seq, which stamp() adds
     */
    public static function event(string $type, int $occurredat, ?array $user, ?array $course,
            array $members = []): array {
        $event = ['type' => $type, 'version' => self::VERSION, 'occurred_at' => self::instant($occurredat)];
        if ($user !== null) {
            $event['user'] = [
                'id' => (int) $user['id'],
                'idnumber' => self::text($user['idnumber'] ?? null),
                'email' => self::text($user['email'] ?? null),
            ];
        }
        if ($course !== null) {
            $event['course'] = [
                'id' => (int) $course['id'],
                'idnumber' => self::text($course['idnumber'] ?? null),
                'shortname' => self::text($course['shortname'] ?? null),
                'fullname' => self::text($course['fullname'] ?? null),
            ];
        }
        return $event + $members;
    }

    /**
     * Gives an event its place in the row and its id, which it keeps for good.
     *
     * @param array $event of event()
     * @param int $seq only grows at this site
     * @param string $salt makes the id unlike that of any other site or any earlier installation
     * @return array
     */
    public static function stamp(array $event, int $seq, string $salt): array {
        return ['id' => $salt . '-' . $seq, 'seq' => $seq] + $event;
    }

    /**
     * A quiz attempt as it stands: the members of quiz.attempt_graded.
     *
     * The attempt's grade is made of the marks of its questions, as Moodle makes it, and not of
     * the stored sum: a regrade writes that some time after it announced itself.
     *
     * @param array $quiz id, cmid, idnumber, name, grade (of the scale), sumgrades (most marks)
     * @param array $attempt id, number, state, started, finished (seconds, 0 for not yet)
     * @param array $questions each with slot, state (as Moodle names it), fraction, maxmark,
     *      category, tags
     * @return array
     */
    public static function attempt(array $quiz, array $attempt, array $questions): array {
        $sum = 0.0;
        $iswaiting = false;
        $marks = [];
        foreach ($questions as $question) {
            $maxmark = (float) $question['maxmark'];
            $mark = $question['fraction'] === null ? null : (float) $question['fraction'] * $maxmark;
            $iswaiting = $iswaiting || ($question['state'] === 'needsgrading' && $maxmark > 0.000001);
            $sum += $mark ?? 0.0;
            $tags = array_filter(array_map([self::class, 'text'], $question['tags'] ?? []));
            sort($tags, SORT_STRING);
            $marks[] = [
                'slot' => (int) $question['slot'],
                'mark' => $mark === null ? null : self::number($mark, 7),
                'max_mark' => self::number($maxmark, 7),
                'category' => self::text($question['category'] ?? null),
                'tags' => $tags,
            ];
        }
        usort($marks, function (array $one, array $other): int {
            return $one['slot'] <=> $other['slot'];
        });
        $isfinished = $attempt['state'] === 'finished';
        $most = (float) $quiz['sumgrades'];
        $grade = null;
        if ($isfinished && !$iswaiting) {
            $grade = $most > 0.000001 ? self::number(round($sum, 5) * (float) $quiz['grade'] / $most, 7) : 0;
        }
        return [
            'quiz' => self::quiz($quiz),
            'attempt' => [
                'id' => (int) $attempt['id'],
                'number' => (int) $attempt['number'],
                'state' => (string) $attempt['state'],
                'started_at' => self::instant((int) $attempt['started']),
                'finished_at' => self::instant((int) $attempt['finished']),
                'grade' => $grade,
                'max_grade' => self::number((float) $quiz['grade'], 7),
                'provisional' => $iswaiting,
                'questions' => $marks,
            ],
        ];
    }

    /**
     * The members of quiz.attempt_retracted.
     *
     * @param array $quiz as for attempt()
     * @param int $attemptid
     * @return array
     */
    public static function attempt_gone(array $quiz, int $attemptid): array {
        return ['quiz' => self::quiz($quiz), 'attempt' => ['id' => $attemptid]];
    }

    /**
     * The members of course.completed and course.completion_retracted.
     *
     * @param int $completedat time of the completion meant
     * @return array
     */
    public static function completion(int $completedat): array {
        return ['completed_at' => self::instant($completedat)];
    }

    /**
     * The members of activity.completed and activity.retracted.
     *
     * @param int $cmid
     * @param string|null $idnumber of the activity
     * @param int $state 0 to 3 as Moodle has it
     * @param int $modifiedat when the state meant was reached
     * @return array
     */
    public static function activity(int $cmid, ?string $idnumber, int $state, int $modifiedat): array {
        $activity = [
            'cmid' => $cmid,
            'idnumber' => self::text($idnumber),
            'state' => $state,
            'modified_at' => self::instant($modifiedat),
        ];
        return ['activity' => $activity];
    }

    /**
     * What an event says apart from who says it when: the same digest, nothing new to send.
     *
     * Names are left out: a course renamed is no news about its four hundred learners.
     *
     * @param array $event of event()
     * @return string 40 hexadecimal digits
     */
    public static function digest(array $event): string {
        unset($event['id'], $event['seq'], $event['occurred_at'], $event['user']);
        unset($event['course']['shortname'], $event['course']['fullname'], $event['quiz']['name']);
        return sha1(json::encode($event));
    }

    /**
     * An instant as the dialect writes it.
     *
     * @param int $seconds since 1970, 0 for none
     * @return string|null ISO 8601 in UTC
     */
    public static function instant(int $seconds): ?string {
        return $seconds > 0 ? gmdate('Y-m-d\TH:i:s\Z', $seconds) : null;
    }

    /**
     * A quiz as the dialect names it.
     *
     * @param array $quiz as for attempt()
     * @return array
     */
    private static function quiz(array $quiz): array {
        return [
            'id' => (int) $quiz['id'],
            'cmid' => (int) $quiz['cmid'],
            'idnumber' => self::text($quiz['idnumber'] ?? null),
            'name' => self::text($quiz['name'] ?? null),
        ];
    }

    /**
     * A text of bearable length, null for an empty one.
     *
     * @param string|null $text
     * @return string|null
     */
    private static function text(?string $text): ?string {
        if ($text === null) {
            return null;
        }
        $text = trim(str_replace("\0", '', $text));
        if (strlen($text) > self::LONGEST) {
            // Whole characters only: the end of the cut may be half of one.
            $text = preg_replace('/[\xC0-\xFF][\x80-\xBF]*\z/', '', substr($text, 0, self::LONGEST));
        }
        return $text === '' ? null : $text;
    }

    /**
     * A number without the noise of binary fractions; whole ones as integers.
     *
     * @param float $number
     * @param int $places
     * @return int|float
     */
    private static function number(float $number, int $places) {
        $rounded = round($number, $places);
        return $rounded == (int) $rounded ? (int) $rounded : $rounded;
    }
}
