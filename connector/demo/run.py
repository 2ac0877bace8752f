"""`connector demo`: the whole road from a Moodle delivery to a share and a letter."""

import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event

from connector.cli.output import Output
from connector.demo import acts, checks, telling
from connector.demo.learning import KOROLEV_PLOT, KUZNETSK_PLOT
from connector.demo.recorded import STORY, TOLD, recording, unpack
from connector.demo.stage import Stage, stage
from connector.demo.town import Town
from connector.replay import Recording
from connector.services.access.logins import LoginService

_CODES = ("korolev", "kuznetsk")
_STALLS = {
    "korolev": len(KOROLEV_PLOT.stalled_since),
    "kuznetsk": len(KUZNETSK_PLOT.stalled_since),
}

Say = Callable[[Iterable[str]], None]


def run_demo(host: str, port: int, keep: bool, output: Output) -> int:
    """Plays the demonstration in a folder that is gone afterwards; 0 if its own checks hold.

    keep: goes on serving until Ctrl-C; so it does on a terminal. Raises DemoFailed, OSError.
    """
    with tempfile.TemporaryDirectory(prefix="connector-demo-") as name:
        folder = Path(name)
        unpack(folder / "recorded")
        say = _saying(output)
        answers = recording(folder / "recorded")
        with stage(folder / "data", host, port, answers) as running:
            found = _play(running, answers, folder, port, say)
            logins = _add_logins(running, acts.towns())
            say(_checked(found))
            say(_address(running, logins))
            document = {
                "url": running.url,
                "checks": [{"what": c.what, "holds": c.holds, "found": c.found} for c in found],
                "logins": [{"name": n, "password": p} for n, p, _ in logins],
            }
            output.result(document, ())
            if keep or sys.stdout.isatty():
                _until_interrupted(say)
    return checks.exit_code(found)


def _play(
    running: Stage, answers: Recording, folder: Path, port: int, say: Say
) -> list[checks.Check]:
    towns = acts.towns()
    say(
        [
            "Показ: Королёв и Кузнецк, воскресенье, 22 ноября 2026 года.",
            "Люди и школы вымышлены; сообщения Moodle записаны с настоящего сайта.",
        ]
    )
    if port and not running.url.endswith(f":{port}"):
        say([f"Порт {port} занят, страницы будут здесь: {running.url}"])
    say(telling.heading("1. Загружены таблицы"))
    for town in towns:
        added = acts.import_town(running, town, folder / "tables" / town.place.code)
        say(telling.town_lines(town, added))
    running.engine.start()
    running.wait()
    before = {code: acts.figures(running, code) for code in _CODES}
    say(telling.heading("2. Показатели до первого сообщения"))
    for town in towns:
        say(telling.before_lines(town.place.title, before[town.place.code]))
    _deliver(running, answers, folder, towns, say)
    for code in _CODES:
        acts.report(running, code)
    running.wait()
    say(telling.heading("4. Показатели за 2026 год на 22.11.2026"))
    for town in towns:
        code = town.place.code
        say(telling.after_lines(town.place.title, before[code], acts.figures(running, code)))
    found = [*checks.on_sunday(running)]
    _write(running, say)
    found += checks.on_monday(running, towns, _STALLS)
    say(telling.heading("6. Почему засчитано: korolev.programmes"))
    smirnov = checks.subject(running.container, "korolev.programmes", checks.SMIRNOV)
    say(telling.explained(running, smirnov))
    return found


def _deliver(
    running: Stage, answers: Recording, folder: Path, towns: tuple[Town, ...], say: Say
) -> None:
    say(telling.heading("3. Сообщения Moodle"))
    for town in towns:
        count = acts.send_native(running, town)
        say([telling.native_line(town, town.learning, count)])
    posted = acts.send_recorded(running, folder / "recorded", answers)
    for name, source in STORY:
        say([f"  {source:<16} запись {name[:2]}: {TOLD[name]} (запросов {posted[name]})"])
    say([f"  {'':<16} по ним перечитано из Moodle, ответов REST: {len(running.moodle.calls)}"])


def _write(running: Stage, say: Say) -> None:
    say(telling.heading("5. Письма"))
    acts.close_sunday(running, _CODES)
    say(["  Воскресенье, 20:05: день закрыт, планы сверены; никому не пишем."])
    acts.begin_monday(running, _CODES)
    say(["  Понедельник, 09:05:"])
    say(telling.letter_lines(running))
    say(["  Одно из писем методистам об остановившемся маршруте:"])
    for letter in telling.stalled_letters(running)[:1]:
        say(telling.letter_text(letter))


def _checked(found: list[checks.Check]) -> Iterable[str]:
    yield from telling.heading("7. Проверки")
    for check in found:
        mark = "✓" if check.holds else "✗"
        more = f" — на деле: {check.found}" if check.found and not check.holds else ""
        yield f"  {mark} {check.what}{more}"


def _add_logins(running: Stage, towns: tuple[Town, ...]) -> list[tuple[str, str, str]]:
    """Name, password and who it is; the passwords are made up anew each time."""
    made = running.container
    logins = []
    with made.db.writing() as session:
        service = LoginService(session)
        now = made.clock.now()
        for town in towns:
            name, password = town.place.code, secrets.token_urlsafe(9)
            person = town.staff.methodists[0].number
            service.add(name, password, "methodist", town.place.code, now, person)
            logins.append((name, password, f"методист, {town.place.title}"))
        password = secrets.token_urlsafe(9)
        service.add("admin", password, "administrator", None, now)
        logins.append(("admin", password, "администратор"))
    return logins


def _address(running: Stage, logins: list[tuple[str, str, str]]) -> Iterable[str]:
    yield from telling.heading("8. Страницы")
    yield f"  {running.url}"
    for name, password, who in logins:
        yield f"  {name:<10} {password:<14} {who}"


def _saying(output: Output) -> Say:
    """With --json the one document goes to standard output, and the story to standard error."""
    stream = sys.stderr if output.as_json else sys.stdout

    def say(lines: Iterable[str]) -> None:
        for line in lines:
            print(line, file=stream, flush=True)

    return say


def _until_interrupted(say: Say) -> None:
    """Ctrl-C and SIGTERM end the demonstration alike, so that its folder goes too."""
    told = Event()
    former = signal.signal(signal.SIGTERM, lambda number, frame: told.set())
    try:
        say(["", "Страницы открыты. Остановить показ: Ctrl-C."])
        told.wait()
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, former)
