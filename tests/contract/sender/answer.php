<?php
// Asks the pure classes of our Moodle plugin what the shared vectors ask, without Moodle.
// Standard input: {"call": "verdict.of", "args": [...]} in a list; standard output: the answers.

use local_municipal\wire\batch;
use local_municipal\wire\comparison;
use local_municipal\wire\connection;
use local_municipal\wire\json;
use local_municipal\wire\pause;
use local_municipal\wire\payload;
use local_municipal\wire\scope;
use local_municipal\wire\signature;
use local_municipal\wire\verdict;

error_reporting(E_ALL);
set_error_handler(function (int $level, string $message, string $file, int $line): void {
    throw new ErrorException($message, 0, $level, $file, $line);
});
// As Moodle sets it: an event must not come out with 17 digits all the same.
ini_set('serialize_precision', '17');

$classes = $argv[1] . '/classes/';
spl_autoload_register(function (string $name) use ($classes): void {
    require($classes . str_replace(['local_municipal\\', '\\'], ['', '/'], $name) . '.php');
});

$calls = [
    'signature.headers' => [signature::class, 'headers'],
    'batch.fitting' => [batch::class, 'fitting'],
    'batch.message_id' => [batch::class, 'message_id'],
    'batch.envelope' => [batch::class, 'envelope'],
    'pause.seconds' => [pause::class, 'seconds'],
    'pause.asked' => [pause::class, 'asked'],
    'verdict.of' => [verdict::class, 'of'],
    'comparison.completion' => [comparison::class, 'completion'],
    'comparison.activity' => [comparison::class, 'activity'],
    'comparison.occurred' => [comparison::class, 'occurred'],
    'comparison.next_seq' => [comparison::class, 'next_seq'],
    'connection.parse' => [connection::class, 'parse'],
    'scope.includes' => function (string $categories, string $courses, int $course, string $path): bool {
        return (new scope($categories, $courses))->includes($course, $path);
    },
    'payload.version' => function (): int {
        return payload::VERSION;
    },
    // An event as it goes out: its members made by the named function, in JSON.
    'event' => function (array $event, ?string $members, array $arguments, int $seq, string $salt): string {
        $made = $members === null ? [] : call_user_func_array([payload::class, $members], $arguments);
        $whole = payload::event($event['type'], $event['occurred_at'], $event['user'], $event['course'], $made);
        return json::encode(payload::stamp($whole, $seq, $salt));
    },
    'digest' => function (array $event): string {
        return payload::digest($event);
    },
    'json' => function (string $bytes): string {
        return json::encode(['text' => base64_decode($bytes), 'number' => 0.1 + 0.2 - 0.2]);
    },
];
$answers = [];
foreach (json_decode(stream_get_contents(STDIN), true, 64, JSON_THROW_ON_ERROR) as $case) {
    try {
        $answers[] = ['is' => call_user_func_array($calls[$case['call']], $case['args'])];
    } catch (Throwable $error) {
        $answers[] = ['raises' => get_class($error)];
        fwrite(STDERR, $error . "\n");
    }
}
ini_set('serialize_precision', '-1');
echo json_encode($answers, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
