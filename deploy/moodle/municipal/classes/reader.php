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
 * Reads the state that Moodle has now, in a few queries for many subjects.
 *
 * It reads tables and no classes of mod_quiz: those were renamed between Moodle 4.1 and 4.2, and
 * loading an attempt through them reads every question for the sake of a few numbers.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class reader {
    /** @var array[] courses by number, as payload wants them, with the path of the category */
    private $courses = [];

    /** @var array[] accounts by number */
    private $users = [];

    /**
     * An account, null if it must not be told of: deleted, a guest, unknown.
     *
     * @param int $userid
     * @return array|null
     */
    public function user(int $userid): ?array {
        $this->load_users([$userid]);
        return $this->users[$userid] ?? null;
    }

    /**
     * Reads accounts that will be asked for.
     *
     * @param int[] $userids
     */
    public function load_users(array $userids): void {
        global $DB, $CFG;
        $wanted = array_diff(array_unique($userids), array_keys($this->users));
        if (!$wanted) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal($wanted, SQL_PARAMS_NAMED);
        $found = $DB->get_records_select('user', "id $in AND deleted = 0", $params, '', 'id, idnumber, email');
        foreach ($wanted as $userid) {
            $isguest = $userid == ($CFG->siteguest ?? 0);
            $this->users[$userid] = isset($found[$userid]) && !$isguest ? (array) $found[$userid] : null;
        }
    }

    /**
     * A course, null if it is gone or is the front page.
     *
     * @param int $courseid
     * @return array|null with id, idnumber, shortname, fullname and the path of its category
     */
    public function course(int $courseid): ?array {
        global $DB;
        if (!array_key_exists($courseid, $this->courses)) {
            $found = $courseid == SITEID ? false : $DB->get_record_sql('
                SELECT c.id, c.idnumber, c.shortname, c.fullname, cat.path
                  FROM {course} c JOIN {course_categories} cat ON cat.id = c.category
                 WHERE c.id = ?', [$courseid]);
            $this->courses[$courseid] = $found ? (array) $found : null;
        }
        return $this->courses[$courseid];
    }

    /**
     * Attempts that are no previews, with their quizzes and questions.
     *
     * @param int[] $attemptids
     * @return array[] quiz, attempt, questions (as payload::attempt() takes them), userid, courseid and
     *      modified, by number of the attempt; null for a preview
     */
    public function attempts(array $attemptids): array {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($attemptids, SQL_PARAMS_NAMED);
        $rows = $DB->get_records_sql("
            SELECT qa.id, qa.attempt AS number, qa.state, qa.timestart, qa.timefinish, qa.timemodified, qa.uniqueid,
                   qa.userid, qa.preview, q.id AS quizid, q.course, q.name, q.grade, q.sumgrades
              FROM {quiz_attempts} qa JOIN {quiz} q ON q.id = qa.quiz
             WHERE qa.id $in", $params);
        $rows = array_filter($rows);
        $modules = $this->quizzes(array_column($rows, 'quizid'));
        $questions = $this->questions(array_column($rows, 'uniqueid'));
        $found = [];
        foreach ($rows as $row) {
            $module = $modules[$row->quizid] ?? null;
            if ($row->preview || $module === null) {
                $found[$row->id] = null;
                continue;
            }
            $found[$row->id] = [
                'quiz' => $module + ['grade' => $row->grade, 'sumgrades' => $row->sumgrades],
                'attempt' => [
                    'id' => $row->id,
                    'number' => $row->number,
                    'state' => $row->state,
                    'started' => $row->timestart,
                    'finished' => $row->timefinish,
                ],
                'questions' => $questions[$row->uniqueid] ?? [],
                'userid' => (int) $row->userid,
                'courseid' => (int) $row->course,
                'modified' => (int) $row->timemodified,
            ];
        }
        return $found;
    }

    /**
     * Quizzes that are there and not about to be deleted.
     *
     * @param int[] $quizids
     * @return array[] id, cmid, idnumber, name, courseid by number of the quiz
     */
    public function quizzes(array $quizids): array {
        global $DB;
        if (!$quizids) {
            return [];
        }
        [$in, $params] = $DB->get_in_or_equal(array_unique($quizids), SQL_PARAMS_NAMED);
        $rows = $DB->get_records_sql("
            SELECT q.id, cm.id AS cmid, cm.idnumber, q.name, q.course AS courseid
              FROM {quiz} q
              JOIN {course_modules} cm ON cm.instance = q.id AND cm.deletioninprogress = 0
              JOIN {modules} m ON m.id = cm.module AND m.name = 'quiz'
             WHERE q.id $in", $params);
        return array_map(function (\stdClass $row): array {
            return (array) $row;
        }, $rows);
    }

    /**
     * The course completion of a learner.
     *
     * @param int $courseid
     * @param int $userid
     * @return int|null its time
     */
    public function completion(int $courseid, int $userid): ?int {
        global $DB;
        $time = $DB->get_field_sql('SELECT MAX(timecompleted) FROM {course_completions}
            WHERE course = ? AND userid = ? AND timecompleted > 0', [$courseid, $userid]);
        return $time ? (int) $time : null;
    }

    /**
     * The activities of a course with what a learner reached in them.
     *
     * @param int $courseid
     * @param int $userid
     * @return array[] idnumber and now (state and time, or null) by course module; of those to be deleted none
     */
    public function activities(int $courseid, int $userid): array {
        global $DB;
        $rows = $DB->get_records_sql('
            SELECT cm.id, cm.idnumber, cmc.completionstate, cmc.timemodified
              FROM {course_modules} cm
              LEFT JOIN {course_modules_completion} cmc ON cmc.coursemoduleid = cm.id AND cmc.userid = :user
             WHERE cm.course = :course AND cm.deletioninprogress = 0', ['user' => $userid, 'course' => $courseid]);
        $found = [];
        foreach ($rows as $row) {
            $isset = $row->completionstate !== null;
            $found[(int) $row->id] = [
                'idnumber' => $row->idnumber,
                'now' => $isset ? [(int) $row->completionstate, (int) $row->timemodified] : null,
            ];
        }
        return $found;
    }

    /**
     * The questions of attempts with their latest marks.
     *
     * @param int[] $usageids
     * @return array[][] lists by usage
     */
    private function questions(array $usageids): array {
        global $DB, $CFG;
        if (!$usageids) {
            return [];
        }
        require_once($CFG->libdir . '/questionlib.php');
        $mapper = new \question_engine_data_mapper();
        $steps = $mapper->load_questions_usages_latest_steps(new \qubaid_list($usageids), null,
            'qas.id, qa.questionusageid, qa.slot, qa.questionid, qa.maxmark, qas.state, qas.fraction');
        if (!$steps) {
            return [];
        }
        [$in, $params] = $DB->get_in_or_equal(array_unique(array_column($steps, 'questionid')), SQL_PARAMS_NAMED);
        // By its idnumber; a bank in which nobody gave any is told by the names of its categories.
        $categories = $DB->get_records_sql("
            SELECT qv.questionid, qc.idnumber, qc.name
              FROM {question_versions} qv
              JOIN {question_bank_entries} qbe ON qbe.id = qv.questionbankentryid
              JOIN {question_categories} qc ON qc.id = qbe.questioncategoryid
             WHERE qv.questionid $in", $params);
        $tags = [];
        $tagged = $DB->get_recordset_sql("
            SELECT ti.itemid, t.rawname
              FROM {tag_instance} ti JOIN {tag} t ON t.id = ti.tagid
             WHERE ti.component = 'core_question' AND ti.itemtype = 'question' AND ti.itemid $in", $params);
        foreach ($tagged as $tag) {
            $tags[$tag->itemid][$tag->rawname] = $tag->rawname;
        }
        $tagged->close();
        $found = [];
        foreach ($steps as $step) {
            $category = $categories[$step->questionid] ?? null;
            $found[$step->questionusageid][] = [
                'slot' => $step->slot,
                'state' => $step->state,
                'fraction' => $step->fraction,
                'maxmark' => $step->maxmark,
                'category' => $category ? ((string) $category->idnumber !== '' ? $category->idnumber : $category->name) : null,
                'tags' => array_values($tags[$step->questionid] ?? []),
            ];
        }
        return $found;
    }
}
