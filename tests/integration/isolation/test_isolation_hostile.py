"""Plugins that raise, hang, leak and crash the interpreter: only their own answer is missing."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from connector.domain.owed import Circle
from connector.isolation.answers import Refused
from connector.isolation.confined import Confined
from connector.isolation.limits import MIB, Limits
from connector.isolation.said import Said
from tests.integration.isolation.plugin_package import notices, person, poison, write_package
from tests.integration.isolation.process_table import is_alive, until

DAY = date(2026, 5, 1)
HOOKS = ("connector_next_turn", "connector_notices")
QUICK = Limits(case_s=1.5, batch_s=15, memory=128 * MIB)
PEOPLE = [(person(str(n)), Circle()) for n in range(1, 5)]

Plugin = Callable[..., Confined]


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    """Makes an asker of a package's text."""
    monkeypatch.syspath_prepend(tmp_path)
    made: list[Confined] = []

    def make(
        text: str, limits: Limits = QUICK, clock: Callable[[], float] | None = None
    ) -> Confined:
        name = write_package(tmp_path, f"connector_hostile{len(made)}", text)
        asker = Confined("hostile", name, limits, clock or time.monotonic)
        made.append(asker)
        return asker

    yield make
    for asker in made:
        asker.close()


def keys(said: list[Said]) -> list[list[str]]:
    return [[notice.key for notice in one.owed] for one in said]


ALL_BUT_THE_SECOND = [["told:1"], [], ["told:3"], ["told:4"]]


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("raise ValueError('нет')", "ValueError: нет (__init__.py:"),
        ("sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("f = lambda: f(); f()", "RecursionError"),
        ("bytearray(1 << 30)", "MemoryError"),
        ("return (owed(case, day) for n in [1])", "generator"),
        ("return [owed(case, day, n={1, 2})]", "JSON"),
        ("return [owed(case, day, n='x' * (1 << 21))]", "ответ длиннее"),
    ],
)
def test_what_python_can_catch_is_a_fault_of_that_case(
    plugin: Plugin, deed: str, told: str
) -> None:
    said = plugin(poison(deed)).ask(PEOPLE, DAY, HOOKS)
    assert keys(said) == ALL_BUT_THE_SECOND
    assert told in said[1].faults["connector_notices"].message


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("time.sleep(60)", "timeout"),
        ("while True: pass", "timeout"),
        ("re.match('(a+)+$', 'a' * 60 + 'b')", "timeout"),
        ("os.kill(os.getpid(), signal.SIGSTOP)", "timeout"),
        ("os._exit(3)", "код 3"),
        ("ctypes.string_at(0)", "SIGSEGV"),
        ("os.abort()", "SIGABRT"),
        ("os.closerange(0, 100)", "процесс"),
        ("[os.write(n, b'garbage!') for n in range(3, 9) if n != 3]", "ответ"),
    ],
)
def test_what_kills_the_process_is_a_fault_of_that_case(
    plugin: Plugin, deed: str, told: str
) -> None:
    said = plugin(poison(deed)).ask(PEOPLE, DAY, HOOKS)
    assert keys(said) == ALL_BUT_THE_SECOND
    fault = said[1].faults["connector_notices"]
    assert told in fault.message
    assert fault.deadly


def test_endless_talk_on_the_standard_streams_is_not_heard(plugin: Plugin) -> None:
    body = """
    for n in range(2000):
        print("x" * 1000)
        print("x" * 1000, file=sys.stderr)
        os.write(1, b"y" * 1000)
    assert sys.stdin.read() == ""
    return [owed(case, day)]
    """
    said = plugin(notices(body)).ask(PEOPLE, DAY, HOOKS)
    assert keys(said) == [["told:1"], ["told:2"], ["told:3"], ["told:4"]]


def test_a_plugin_finds_no_environment_and_no_file_to_write(
    plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_SECRET_KEY", "secret")
    body = f"""
    left = os.environ.keys() - {{"LC_CTYPE"}}
    try:
        with open({str(tmp_path / "note")!r}, "w") as file:
            file.write("x")
            file.flush()
        wrote = True
    except OSError:
        wrote = False
    fds = len(os.listdir("/proc/self/fd"))
    return [owed(case, day, left=sorted(left), wrote=wrote, cwd=os.getcwd(), fds=fds)]
    """
    said = plugin(notices(body)).ask(PEOPLE[:1], DAY, HOOKS)
    # Standard streams, two pipes and the listing itself.
    assert said[0].owed[0].params == {"left": [], "wrote": False, "cwd": "/", "fds": 6}


def test_a_plugin_that_leaks_is_begun_anew_and_nobody_is_left_out(plugin: Plugin) -> None:
    leaking = "kept = []\n" + notices(
        "kept.append(bytes(8 << 20)); return [owed(case, day, at=os.getpid())]"
    )
    people = [(person(str(n)), Circle()) for n in range(24)]
    said = plugin(leaking).ask(people, DAY, HOOKS)
    assert not any(one.faults or one.unasked for one in said)
    assert len({one.owed[0].params["at"] for one in said}) > 2


def test_one_hook_fails_and_the_other_is_heard(plugin: Plugin) -> None:
    turn = "@hookimpl\ndef connector_next_turn(case, day):\n    return date(2026, 9, 15)\n"
    (said,) = plugin(notices("1 / 0") + turn).ask(PEOPLE[:1], DAY, HOOKS)
    assert (said.turn, list(said.faults)) == (date(2026, 9, 15), ["connector_notices"])


def test_a_process_that_always_dies_is_started_ever_more_rarely(
    plugin: Plugin, tmp_path: Path
) -> None:
    now = [0.0]
    asker = plugin(notices("os._exit(1)"), clock=lambda: now[0])
    said = asker.ask(PEOPLE + PEOPLE, DAY, HOOKS)
    assert [bool(one.faults) for one in said] == [True] * 4 + [False] * 4
    assert [one.unasked for one in said] == [False] * 4 + [True] * 4
    assert all(one.unasked for one in asker.ask(PEOPLE, DAY, HOOKS))
    now[0] = 2.5
    assert [one.unasked for one in asker.ask(PEOPLE, DAY, HOOKS)] == [False, True, True, True]
    now[0] = 6.0
    assert all(one.unasked for one in asker.ask(PEOPLE, DAY, HOOKS))


def test_a_batch_ends_in_time_however_slow_its_cases(plugin: Plugin) -> None:
    limits = Limits(case_s=5, batch_s=2.5, batch_case_s=0)
    began = time.monotonic()
    said = plugin(notices("time.sleep(0.4); return [owed(case, day)]"), limits).ask(
        PEOPLE * 5, DAY, HOOKS
    )
    assert time.monotonic() - began < 15
    assert keys(said)[0] == ["told:1"]
    assert sum(bool(one.faults) for one in said) == 1
    assert said[-1].unasked


def test_an_asker_that_is_forgotten_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    before = children()
    name = write_package(tmp_path, "connector_forgotten", notices("return [owed(case, day)]"))
    asker = Confined("hostile", name, QUICK)
    assert keys(asker.ask(PEOPLE[:1], DAY, HOOKS)) == [["told:1"]]
    assert len(children() - before) == 1
    del asker
    gc.collect()
    assert children() == before


def test_a_fork_asks_a_process_of_its_own_and_leaves_the_others_alone(plugin: Plugin) -> None:
    asker = plugin(notices("return [owed(case, day, at=os.getpid())]"))

    def asked() -> int:
        (said,) = asker.ask(PEOPLE[:1], DAY, HOOKS)
        at: int = said.owed[0].params["at"]
        return at

    first = asked()
    fork = os.fork()
    if fork == 0:
        # Whatever happens, the fork must not go on as a second pytest.
        try:
            os._exit(0 if asked() != first and asked() != first else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert asked() == first


def test_whatever_a_plugin_started_ends_with_its_process(plugin: Plugin) -> None:
    body = """
    child = os.fork()
    if child == 0:
        time.sleep(600)
    return [owed(case, day, child=child)]
    """
    asker = plugin(notices(body))
    (said,) = asker.ask(PEOPLE[:1], DAY, HOOKS)
    started = said.owed[0].params["child"]
    assert is_alive(started)
    asker.close()
    until(lambda: not is_alive(started))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import nothing_of_the_kind", "ModuleNotFoundError"),
        ("sys.exit(1)", "SystemExit"),
        ("os._exit(1)", "код 1"),
        ("while True: pass", "timeout"),
        ("def (", "SyntaxError"),
        ("@hookimpl\ndef connector_notises(case): return []", "connector_notises"),
        ("@hookimpl\ndef connector_notices(case, weather): return []", "weather"),
        ("@hookimpl\ndef connector_rule_folders(): raise OSError('нет')", "folders: OSError"),
        ("@hookimpl\ndef connector_rule_folders(): return [5]", "folders: TypeError"),
        ("@hookimpl\ndef connector_subjects(): return ['person']", "subjects: ValueError"),
        ("CONNECTOR_API = 2", "версии 2"),
        ("CONNECTOR_API = 'one'", "ответ не разобран"),
    ],
)
def test_a_package_that_cannot_be_used_is_refused_in_a_sentence(
    plugin: Plugin, text: str, told: str
) -> None:
    with pytest.raises(Refused, match=told):
        plugin(text, Limits(start_s=3)).describe()


def test_a_package_without_hooks_is_described_and_no_process_stays(plugin: Plugin) -> None:
    before = children()
    described = plugin("@hookimpl\ndef connector_rule_folders(): return ['/rules']").describe()
    assert (described.hooks, described.folders) == (frozenset(), ("/rules",))
    assert children() == before


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
