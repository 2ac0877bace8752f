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
 * How it stands, for the page, the health check and the alarm.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class status {
    /** @var bool whether address and secret are set */
    public $isconnected;

    /** @var bool whether the connector answered 410 */
    public $isstopped;

    /** @var int events that wait */
    public $waiting;

    /** @var int when the oldest of them was made, 0 for none */
    public $oldest;

    /** @var int events set aside */
    public $refused;

    /** @var int rows of the queue */
    public $queued;

    /** @var int rows of the queue that could not be read */
    public $faulty;

    /** @var int since when nothing gets through, 0 if it does */
    public $failingsince;

    /** @var string what is wrong */
    public $fault;

    /** @var int the next try, 0 for at once */
    public $pausedtill;

    /** @var int when something was accepted last, to the minute, 0 for never */
    public $lastsuccess;

    /**
     * As it stands now.
     *
     * @return self
     */
    public static function now(): self {
        global $DB;
        $status = new self();
        $status->isconnected = settings::is_connected();
        $status->isstopped = (bool) settings::number('stopped');
        $row = $DB->get_record_sql('SELECT COUNT(1) AS number, MIN(timecreated) AS oldest FROM {' . outbox::TABLE . '}
            WHERE status = ?', [outbox::WAITING]);
        $status->waiting = (int) $row->number;
        $status->oldest = (int) $row->oldest;
        $status->refused = $DB->count_records(outbox::TABLE, ['status' => outbox::REFUSED]);
        $status->queued = $DB->count_records(queue::TABLE);
        $status->faulty = $DB->count_records_select(queue::TABLE, 'failures > 0');
        $status->failingsince = settings::number('failingsince');
        $status->fault = settings::get('lastfault');
        $status->pausedtill = settings::number('pausedtill');
        $status->lastsuccess = settings::number('lastsuccess');
        return $status;
    }

    /**
     * What somebody has to do something about: the name of a language string, null for nothing.
     *
     * @param int $now
     * @return string|null
     */
    public function trouble(int $now): ?string {
        if (!$this->isconnected) {
            return 'trouble_unconnected';
        }
        if ($this->isstopped) {
            return 'trouble_stopped';
        }
        $patience = (int) settings::get('alertafter', (string) HOURSECS);
        if ($this->failingsince && $now - $this->failingsince >= $patience) {
            return 'trouble_failing';
        }
        if ($this->waiting && $now - $this->oldest >= $patience) {
            return 'trouble_stuck';
        }
        if ($this->failingsince) {
            return 'trouble_trying';
        }
        return $this->refused || $this->faulty ? 'trouble_aside' : null;
    }
}
