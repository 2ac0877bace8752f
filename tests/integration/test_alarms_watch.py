"""Alarms are opened, told, and closed once each, whoever looks and however often."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from connector.models import AlarmEpisode, Delivery, Reconciliation, RuleFault, SourceCount
from connector.rulebook import Rulebook
from connector.services.alarms.lists import AlarmLists
from connector.services.sources.moodles import ANSWERED_AT, CLOCK_AHEAD, FAILED_AT, REFUSED_AT
from tests.integration.watched_town import TUESDAY, WatchedTown, watched_town

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def rulebook() -> Iterator[Rulebook]:
    made = Rulebook.open(None, safe_mode=False)
    yield made
    made.close()


@pytest.fixture
def town(database_url: str, rulebook: Rulebook) -> Iterator[WatchedTown]:
    with watched_town(database_url, rulebook) as made:
        yield made


def test_a_source_that_stops_is_told_of_once_and_once_when_it_is_back(town: WatchedTown) -> None:
    town.add_login("own", "korolev", "own@example.org")
    town.add_login("other", "kuznetsk", "other@example.org")
    town.add_source()
    town.deliver_as_usual()
    town.look(12)
    assert town.episodes() == []

    town.stay_awake(timedelta(days=1))
    town.look(3)
    (episode,) = town.episodes()
    assert episode.key == "source_silent:lms"
    assert episode.since - TUESDAY < timedelta(minutes=1)
    assert episode.told_at is not None
    assert town.subjects() == ["Источник замолчал: сообщений нет дольше обычного"]
    assert town.subjects("korolev") == town.subjects()
    assert town.subjects("kuznetsk") == []
    (letter,) = town.letters()
    assert "«lms»: последнее сообщение 10.03.2026 12:05" in letter.text
    assert "https://c.example/alarms/" in letter.text

    town.deliver(town.clock.now())
    town.look(6)
    assert town.open_ones() == []
    assert town.subjects()[1:] == ["Неполадка устранена"]
    assert town.subjects("korolev")[1:] == ["Неполадка устранена"]
    town.look(3)
    assert len(town.letters()) == 2


def test_when_we_slept_ourselves_nobody_is_accused(town: WatchedTown) -> None:
    for source in ("lms", "second"):
        town.add_source(source)
        town.deliver_as_usual(source)
    town.look()
    town.sleep(timedelta(days=2))
    town.look(2)
    assert town.episodes() == []
    # Whoever is silent for as long again is, after all; both in one letter.
    town.stay_awake(timedelta(days=1))
    town.look(2)
    assert town.open_ones() == ["source_silent:lms", "source_silent:second"]
    (letter,) = town.letters()
    assert letter.subject == "Источник замолчал: сообщений нет дольше обычного"
    assert "«lms»" in letter.text
    assert "«second»" in letter.text


def test_what_is_over_before_morning_disturbs_nobody(town: WatchedTown) -> None:
    town.add_source()
    town.clock.move_to(TUESDAY.replace(hour=20))
    town.tallies.put(FAILED_AT, "lms", "connection", value=town.clock.now().timestamp())
    town.look()
    town.stay_awake(HOUR)
    town.look()
    assert "moodle_down:lms" in town.open_ones()
    town.tallies.put(ANSWERED_AT, "lms", "f", value=town.clock.now().timestamp())
    town.look(5)
    assert "moodle_down:lms" not in town.open_ones()
    town.stay_awake(timedelta(hours=12))
    town.look()
    assert not any("Moodle не отвечает" in letter.text for letter in town.letters())
    withdrawn = [n for n in town.notices() if n.kind == "alarm_moodle_down"]
    assert [n.state for n in withdrawn] == ["withdrawn"]
    assert not [n for n in town.notices() if n.kind == "alarm_over"]


def test_a_reminder_that_comes_before_the_letter_is_one_letter(town: WatchedTown) -> None:
    town.add_source()
    town.clock.move_to(TUESDAY.replace(hour=20))
    town.tallies.put(CLOCK_AHEAD, "lms", value=-240.0)
    town.tallies.put(ANSWERED_AT, "lms", "f", value=town.clock.now().timestamp())
    town.look(5)
    (row,) = town.episodes()
    with town.database.writing() as session:
        AlarmLists(session).remind(session.get_one(AlarmEpisode, row.id), town.clock.now())
    town.look()
    town.clock.move_to(TUESDAY + timedelta(days=1))
    town.look()
    (letter,) = town.letters()
    assert letter.text.count("«lms»") == 1
    assert town.episodes()[0].snoozed_until is None


def test_a_refused_token_a_function_and_a_clock_are_told_apart(town: WatchedTown) -> None:
    for source in ("lms", "second"):
        town.add_source(source)
    now = town.clock.now().timestamp()
    site = "core_webservice_get_site_info"
    town.tallies.put(ANSWERED_AT, "lms", site, value=now)
    town.tallies.put(REFUSED_AT, "lms", "f", "invalidtoken", value=now + 1)
    town.tallies.put(ANSWERED_AT, "second", site, value=now)
    town.tallies.put(CLOCK_AHEAD, "second", value=-240.0)
    town.look(5)
    kinds = {row.key: row.params for row in town.episodes()}
    assert kinds["token_failing:lms"]["reason"] == "invalidtoken"
    assert kinds["clock_drift:second"]["seconds"] == 240
    # One function that is refused is no token that is.
    town.tallies.put(REFUSED_AT, "second", "g", "accessexception", value=now + 1000)
    town.look()
    assert "token_failing:second" not in town.open_ones()
    town.tallies.put(ANSWERED_AT, "lms", site, value=town.clock.now().timestamp())
    town.tallies.put(CLOCK_AHEAD, "second", value=0.5)
    town.look(5)
    assert not {"token_failing:lms", "clock_drift:second"} & set(town.open_ones())


def test_losses_rules_and_what_waits_are_told(town: WatchedTown) -> None:
    town.add_source()
    now = town.clock.now()
    town.deliver(*(now - n * HOUR for n in range(20)))
    town.deliver(*(now - timedelta(minutes=n) for n in range(12)), state="parked")
    with town.database.writing() as session:
        for day, count in ((now.date().isoformat(), 9), ("before", 900)):
            session.add(
                SourceCount(source="lms", day=day, what="missed", reason="attempt", count=count)
            )
        session.add(
            RuleFault(
                municipality="korolev", rule="korolev.young", message="KeyError: 'Иванова'",
                count=3, first_at=now, last_at=now, strikes=3,
            )
        )  # fmt: skip
    town.look(2)
    found = {row.kind: row.params for row in town.episodes()}
    assert found["events_missed"]["missed"] == 9
    assert (found["deliveries_parked"]["events"], found["deliveries_parked"]["people"]) == (12, 12)
    assert found["rule_faulty"]["rule"] == "korolev.young"
    (letter,) = town.letters()
    assert "Методическая служба: " in letter.subject
    assert "12 событий ждут, людей — 12" in letter.text
    # What Python says of a fault may quote names, and stays on the machine.
    assert "Иванова" not in letter.text

    with town.database.writing() as session:
        session.execute(update(Delivery).values(state="done"))
        session.execute(update(RuleFault).values(strikes=0, last_at=now - timedelta(days=2)))
    town.look(5)
    assert not {"rule_faulty", "deliveries_parked"} & {
        key.partition(":")[0] for key in town.open_ones()
    }


def test_without_an_administrator_the_alarm_waits_for_one(
    database_url: str, rulebook: Rulebook
) -> None:
    with watched_town(database_url, rulebook) as town:
        with town.database.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM logins")
        town.add_source()
        with town.database.writing() as session:
            session.execute(update(Reconciliation).values(done_at=None))
        town.look(2)
        (row,) = town.episodes()
        assert (row.kind, row.told_at) == ("reconciliation_behind", None)
        town.add_login("late", None, "late@example.org")
        town.look(2)
        assert town.subjects() == ["Сверка с Moodle отстала"]
        assert "полной сверки ещё не было" in town.letters()[0].text
