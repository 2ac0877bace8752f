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
 * Which courses are told of at all.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class scope {
    /** @var int[] */
    private $categories;

    /** @var int[] */
    private $courses;

    /**
     * Takes the two settings as Moodle keeps them.
     *
     * @param string $categories numbers with commas; their subcategories are meant too
     * @param string $courses numbers with commas, blanks or line breaks
     */
    public function __construct(string $categories, string $courses) {
        $this->categories = self::numbers($categories);
        $this->courses = self::numbers($courses);
    }

    /**
     * Whether everything is told of.
     *
     * @return bool
     */
    public function is_all(): bool {
        return !$this->categories && !$this->courses;
    }

    /**
     * Whether a course is told of.
     *
     * @param int $courseid
     * @param string $path of its category, as /1/4/9
     * @return bool
     */
    public function includes(int $courseid, string $path): bool {
        if ($this->is_all() || in_array($courseid, $this->courses, true)) {
            return true;
        }
        return (bool) array_intersect($this->categories, array_map('intval', explode('/', trim($path, '/'))));
    }

    /**
     * Numbers in a text.
     *
     * @param string $text
     * @return int[]
     */
    private static function numbers(string $text): array {
        $words = preg_split('/[\s,;]+/', $text, -1, PREG_SPLIT_NO_EMPTY) ?: [];
        return array_values(array_filter(array_map('intval', $words)));
    }
}
