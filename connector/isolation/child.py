"""The child: `python -m connector.isolation.child`, started by isolation.process and nobody else.

It reads what it is asked from where its standard input was and answers where its standard output
was; the plugin finds nothing at either. It ends when its parent closes the pipe, whatever way the
parent went, and when a case takes too long, by an alarm that no Python code needs to notice.
"""

import json
import os
import resource
import signal
import sys
from importlib.metadata import EntryPoint
from typing import Any

import pluggy

from connector.isolation.frames import framed, read_frame, write_all
from connector.isolation.parcels import unpack
from connector.isolation.speaker import Speaker

GRACE_S = 1.0
"""The parent's deadline comes first; the alarm is for a child whose parent is gone."""


class Ending:
    """Ends the process when a step takes too long, even within C code that never comes back."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    requests, answers = _pipes()
    hello = read_frame(requests)
    if hello is None:
        return
    asked = json.loads(hello)
    limits: dict[str, Any] = asked["limits"]
    _confine(int(limits["memory"]))
    sys.path[:] = asked["paths"]
    with Ending(limits["start_s"] + GRACE_S):
        speaker, described = _described(asked["plugin"])
    write_all(answers, framed(json.dumps(described).encode()))
    if speaker is None:
        return
    while (parcel := read_frame(requests)) is not None:
        with Ending(limits["batch_s"] + GRACE_S):
            question = unpack(parcel)
        for case, circle in question.pairs:
            with Ending(limits["case_s"] + GRACE_S):
                answer = _framed(speaker.say(case, circle, question.day, question.hooks))
            write_all(answers, answer)


def _pipes() -> tuple[int, int]:
    """Both pipes, moved away from where a plugin's print and input would find them."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return requests, answers


def _confine(memory: int) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        # A plugin performs nothing: whatever it tries to write into a file is refused.
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _described(value: str) -> tuple[Speaker | None, dict[str, Any]]:
    try:
        speaker = Speaker(EntryPoint("plugin", value, "connector").load())
    except (pluggy.PluginValidationError, ValueError) as err:
        return None, {"refused": f"хук не принят: {type(err).__name__}: {err}"}
    # Somebody else's code: importing it may raise anything.
    except BaseException as err:
        return None, {"refused": f"не импортируется: {type(err).__name__}: {err}"}
    described: dict[str, Any] = {"api": speaker.api, "hooks": speaker.hooks()}
    for name, ask in (("folders", speaker.folders), ("subjects", speaker.subjects)):
        try:
            described[name] = ask()
        # The same code, asked.
        except BaseException as err:
            return None, {"refused": f"{name}: {speaker.told(err)}"}
    return speaker, described


def _framed(said: dict[str, Any]) -> bytes:
    return framed(json.dumps({**said, "used": _used()}).encode())


def _used() -> int:
    """Bytes of address space, which is what the limit is on. Not ru_maxrss: a process inherits the
    peak of the one that started it."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main()
