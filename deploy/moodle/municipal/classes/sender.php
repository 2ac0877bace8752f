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

use local_municipal\wire\batch;
use local_municipal\wire\comparison;
use local_municipal\wire\json;
use local_municipal\wire\pause;
use local_municipal\wire\payload;
use local_municipal\wire\signature;
use local_municipal\wire\verdict;

/**
 * Sends what waits in the outbox, in order, until all of it is accepted.
 *
 * There is one row for everybody and a fault of the connection halts it, so no later event of a
 * person overtakes an earlier one. Only what the connector refuses by itself is set aside.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class sender {
    /** Refusals in a row after which it is not the events that are at fault. */
    private const TOO_MANY_REFUSALS = 3;

    /** Seconds to wait for a connection, and for the whole answer. */
    private const TIMES = [5, 30];

    /** @var callable gets address, headers and body, returns status, headers and body */
    private $transport;

    /**
     * Over the network, or over whatever a test hands in.
     *
     * @param callable|null $transport
     */
    public function __construct(?callable $transport = null) {
        $this->transport = $transport ?? [self::class, 'post'];
    }

    /**
     * Sends until nothing waits, a fault halts it, or time is up.
     *
     * @param int $deadline seconds since 1970
     * @return int events accepted
     */
    public function run(int $deadline): int {
        if (!settings::is_connected() || settings::number('stopped') || settings::number('pausedtill') > time()) {
            return 0;
        }
        $accepted = 0;
        $most = batch::MOST_EVENTS;
        $refused = [];
        while (time() < $deadline) {
            $events = outbox::next($most);
            if (!$events) {
                break;
            }
            $count = batch::fitting(array_map('intval', array_column($events, 'bytes')));
            if ($count === 0) {
                outbox::mark([$events[0]], outbox::REFUSED, get_string('fault_too_large', 'local_municipal'));
                continue;
            }
            $events = array_slice($events, 0, $count);
            [$outcome, $fault, $asked] = $this->send($events);
            if ($outcome === verdict::ACCEPTED) {
                outbox::mark($events, outbox::SENT);
                $accepted += $count;
                $refused = [];
                $most = min($most * 2, batch::MOST_EVENTS);
                $this->worked();
            } else if ($outcome === verdict::REFUSED && $count > 1) {
                $most = intdiv($count, 2);
            } else if ($outcome === verdict::REFUSED && count($refused) + 1 < self::TOO_MANY_REFUSALS) {
                outbox::mark($events, outbox::REFUSED, $fault);
                $refused[] = $events[0];
            } else {
                // Whoever refuses everything is not the connector: a proxy, or another address.
                outbox::mark($refused, outbox::WAITING, $fault);
                $this->failed($fault, $asked, $outcome === verdict::STOP);
                break;
            }
        }
        return $accepted;
    }

    /**
     * Sends a ping and nothing else.
     *
     * @return string|null what is wrong, null if it was accepted
     */
    public function ping(): ?string {
        $now = (int) (microtime(true) * 1000);
        $event = payload::stamp(payload::event('ping', time(), null, null), comparison::next_seq(0, $now), 'ping');
        $body = json::encode($event);
        [$outcome, $fault] = $this->send([(object) ['eventid' => $event['id'], 'body' => $body]]);
        return $outcome === verdict::ACCEPTED ? null : $fault;
    }

    /**
     * Sends one request.
     *
     * @param \stdClass[] $events
     * @return array outcome, what is wrong, and the seconds that the connector asks to wait
     */
    private function send(array $events): array {
        $body = batch::envelope(array_column($events, 'body'));
        $messageid = batch::message_id(array_column($events, 'eventid'));
        try {
            $headers = signature::headers(settings::get('secret'), $messageid, time(), $body);
        } catch (\InvalidArgumentException $fault) {
            return [verdict::LATER, get_string('fault_secret', 'local_municipal'), null];
        }
        [$status, $answered, $text] = ($this->transport)(settings::get('endpoint'), $headers, $body);
        $outcome = verdict::of($status, $text);
        $fault = $outcome === verdict::ACCEPTED ? '' : self::fault($status, $text);
        return [$outcome, $fault, pause::asked($answered['retry-after'] ?? null, time())];
    }

    /**
     * What went wrong, for people.
     *
     * @param int $status
     * @param string $text
     * @return string
     */
    private static function fault(int $status, string $text): string {
        $known = [0 => 'fault_none', 200 => 'fault_other', 401 => 'fault_401', 404 => 'fault_other', 410 => 'fault_410'];
        $name = $known[$status] ?? ($status >= 300 && $status < 400 ? 'fault_redirect' : 'fault_status');
        $detail = $status === 0 ? $text : '';
        return \core_text::substr(get_string($name, 'local_municipal', ['status' => $status, 'detail' => $detail]), 0, 250);
    }

    /**
     * Remembers that it works.
     */
    private function worked(): void {
        // To the minute: each write empties a cache of the whole site.
        settings::set('lastsuccess', time() - time() % 60);
        settings::set('failures', 0);
        settings::set('failingsince', 0);
        settings::set('pausedtill', 0);
        settings::set('lastfault', '');
    }

    /**
     * Remembers that it does not, and when to try again.
     *
     * @param string $fault
     * @param int|null $asked
     * @param bool $isover
     */
    private function failed(string $fault, ?int $asked, bool $isover): void {
        $failures = settings::number('failures') + 1;
        settings::set('failures', $failures);
        settings::set('lastfault', $fault);
        if (!settings::number('failingsince')) {
            settings::set('failingsince', time());
        }
        settings::set('pausedtill', time() + pause::seconds($failures, mt_rand() / mt_getrandmax(), $asked));
        if ($isover) {
            settings::set('stopped', 1);
        }
    }

    /**
     * One POST. Redirects are not followed: they would repeat the body to whoever is named.
     *
     * The address is an administrator's setting, and the connector often lives in a private network,
     * so the list of blocked hosts (which is about addresses that users give) does not apply.
     *
     * @param string $address
     * @param string[] $headers
     * @param string $body
     * @return array status (0 for no answer), headers by lower-case name, body or what went wrong
     */
    public static function post(string $address, array $headers, string $body): array {
        global $CFG;
        require_once($CFG->libdir . '/filelib.php');
        $lines = ['Content-Type: application/json', 'Expect:'];
        foreach ($headers as $name => $value) {
            $lines[] = $name . ': ' . $value;
        }
        $curl = new \curl(['ignoresecurity' => true]);
        $curl->setHeader($lines);
        $text = $curl->post($address, $body, [
            'CURLOPT_FOLLOWLOCATION' => 0,
            'CURLOPT_CONNECTTIMEOUT' => self::TIMES[0],
            'CURLOPT_TIMEOUT' => self::TIMES[1],
            'CURLOPT_RETURNTRANSFER' => true,
        ]);
        if ($curl->get_errno()) {
            return [0, [], (string) $curl->error];
        }
        $status = (int) ($curl->get_info()['http_code'] ?? 0);
        return [$status, array_change_key_case($curl->getResponse() ?: []), (string) $text];
    }
}
