"""What administrators are written to about, looked at now and by the same function."""

from collections.abc import Iterator

from connector.bootstrap import Container
from connector.checkup.finding import Finding, note, ok, trouble
from connector.domain.alarms import Alarm, AlarmKind
from connector.models import AlarmEpisode
from connector.runtime.engine import watcher
from connector.services.alarms.telling import told_params
from connector.services.notices.addresses import administrators
from connector.services.upkeep.tallying import TallyService
from connector.texts.letters import Told, section_of

WATCHED = "watched_timestamp_seconds"
LATE_S = 900


def alarms(made: Container) -> Iterator[Finding]:
    """Raises StorageUnavailable."""
    # Of a rule that fails the doctor tells more than a letter may: its message.
    found = [one for one in watcher(made).found() if one.kind is not AlarmKind.RULE_FAULTY]
    for one in found:
        yield _as_finding(made, one)
    with made.db.reading() as session:
        told = administrators(session, made.rulebook.municipalities())
        watched = TallyService(session).named(WATCHED).get((WATCHED, ()))
    if not told:
        yield note(
            "alarms", "О неполадках писать некому: нет администратора с адресом почты.",
            "Укажите: connector people email ИМЯ ПОЧТА",
        )  # fmt: skip
    ago = None if watched is None else made.clock.now().timestamp() - watched
    if ago is not None and ago > LATE_S:
        yield trouble(
            "alarms", f"За неполадками никто не следил {int(ago // 60)} мин.",
            "Запустите connector-tick или connector.",
        )  # fmt: skip
    elif not found:
        yield ok("alarms", "С источниками всё в порядке.")


def _as_finding(made: Container, alarm: Alarm) -> Finding:
    """In the words of the letter."""
    known = made.rulebook.municipalities()
    codes = [code for code in alarm.municipalities if code in known] or list(known)
    now = made.clock.now()
    zone = made.rulebook.rules(codes[0]).zone if codes else now.tzinfo
    assert zone is not None
    row = AlarmEpisode(kind=str(alarm.kind), params=dict(alarm.params), since=alarm.since)
    section = section_of(Told(f"alarm_{alarm.kind}", "administrator", told_params(row, zone, now)))
    what = [line for block in section.blocks if block.bullets for line in block.lines]
    todo = [line for block in section.blocks if not block.bullets for line in block.lines]
    return trouble("alarms", f"{section.title}. {' '.join(what)}", " ".join(todo))
