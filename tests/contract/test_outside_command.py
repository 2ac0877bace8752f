"""The command beside the running server: documents, exit codes, secrets that stay secret."""

import pytest

from tests.contract.outside_command import Command, Ended
from tests.contract.outside_server import Server
from tests.contract.outside_town import REPORT, Town, everything, town

ASKED = ("--period", "2026", "--as-of", REPORT)


CALLS: dict[str, tuple[str, ...]] = {
    "shares": ("shares", "korolev", *ASKED, "--by", "school", "--json"),
    "recount": ("recount", "--verify", "--json"),
    "everybody": ("explain", "korolev", "korolev.diagnosed", *ASKED, "--json"),
    "explain": ("explain", "korolev", "korolev.diagnosed", "K-02", *ASKED, "--json"),
    "stalls": ("stalls", "korolev", "--json"),
    "show": ("deliveries", "show", "1", "--json"),
    "list": ("deliveries", "list", "--state", "done", "--limit", "2", "--json"),
    "plugins": ("plugins", "list", "--json"),
    "doctor": ("doctor", "--json"),
}
WRONG: dict[tuple[str, ...], int] = {
    ("no-such-command",): 2,
    ("shares", "korolev", "--period", "sometime"): 2,
    ("import", "no-such-folder", "--municipality", "korolev"): 1,
    ("explain", "korolev", "korolev.nothing"): 1,
    ("shares", "korolev", "--period", "2026", "--as-of", "2025-12-31"): 1,
}


class Secretive(Command):
    """With a password for mail in a file, as a container gets it."""

    @property
    def surroundings(self) -> dict[str, str]:
        key = self.folder.parent / "smtp"
        key.write_text("smtp://post:hunter2@mail.example:25\n")
        return {**super().surroundings, "CONNECTOR_SMTP_URL_FILE": str(key)}


@pytest.fixture(scope="module")
def told(outside_town: Town) -> dict[str, Ended]:
    """What every command said, called two at a time beside the running server."""
    command = Secretive(outside_town.command.folder)
    return dict(zip(CALLS, command.together(*CALLS.values()), strict=True))


def test_every_command_is_done_and_says_nothing_else(told: dict[str, Ended]) -> None:
    wanted = dict.fromkeys(CALLS, (0, ""))
    # There is no such mail server, and that is what a doctor is for.
    wanted["doctor"] = (1, "")
    assert {name: (each.code, each.err) for name, each in told.items()} == wanted


def test_shares_are_those_of_the_api(outside_town: Town, told: dict[str, Ended]) -> None:
    shown = outside_town.indicators("korolev", by="school")
    assert {each["code"]: each for each in told["shares"].document["indicators"]} == shown


def test_a_recount_finds_what_the_deltas_kept(told: dict[str, Ended]) -> None:
    assert told["recount"].document["differences"] == 0


def test_explain_leads_from_a_figure_to_a_delivery(told: dict[str, Ended]) -> None:
    subjects = told["explain"].document["subjects"]
    assert [each["subject"] for each in subjects] == ["K-02"]
    assert subjects[0]["evidence"][0]["delivery"]


def test_explain_names_the_nearest_of_those_who_do_not_count_yet(told: dict[str, Ended]) -> None:
    document = told["everybody"].document
    standing = {s["subject"]: (s["in_population"], s["achieved"]) for s in document["subjects"]}
    assert all(standing[code] == (True, False) for code in document["nearest"])
    assert told["explain"].document["nearest"] == []


def test_stalls_name_the_routes_that_stand_still(
    outside_town: Town, told: dict[str, Ended]
) -> None:
    stalled = {each["personnel_no"] for each in told["stalls"].document}
    # Completed, cancelled, paused or never approved routes do not stall.
    assert stalled.isdisjoint({"K-52", "K-55", "K-56", "K-57", "K-58", "K-60", "K-62", "K-65"})
    # Nothing since 1 February, the withdrawn completion and the ungraded essay included.
    assert stalled >= {"K-51", "K-66", "K-67"}
    shown = outside_town.server.get("/municipalities/korolev/routes", state="stalled")["routes"]
    assert {each["subject"] for each in shown} == stalled


def test_deliveries_are_listed_and_shown_without_secrets(
    outside_town: Town, told: dict[str, Ended]
) -> None:
    assert len(told["list"].document["deliveries"]) == 2
    assert "quiz.attempt_graded" in told["show"].out + told["list"].out
    assert not [name for name, each in told.items() if outside_town.secret in each.out]


def test_a_delivery_replayed_changes_nothing(outside_town: Town) -> None:
    before = outside_town.indicators("korolev")
    outside_town.command.document("deliveries", "replay", "1")
    outside_town.server.settled()
    assert outside_town.indicators("korolev") == before


def test_plugins_are_there_without_faults(told: dict[str, Ended]) -> None:
    plugins = {each["municipality"]: each for each in told["plugins"].document}
    assert set(plugins) >= {"korolev", "kuznetsk"}
    assert [plugins[each]["indicators"] for each in ("korolev", "kuznetsk")] == [9, 9]
    assert [each["faults"] for each in plugins.values()] == [[]] * len(plugins)


def test_the_doctor_masks_what_is_secret(told: dict[str, Ended]) -> None:
    assert "hunter2" not in told["doctor"].out + told["doctor"].err
    assert "mail.example" in told["doctor"].out


def test_a_command_that_cannot_be_done_says_so(outside_town: Town) -> None:
    ended = outside_town.command.together(*WRONG)
    assert [(each.code, each.out) for each in ended] == [(code, "") for code in WRONG.values()]
    assert all(each.err.strip() and "Traceback" not in each.err for each in ended)


def test_the_events_backwards_give_the_same_town(
    outside_town: Town, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with town(tmp_path_factory.mktemp("backwards"), everything()[::-1]) as other:
        for municipality in ("korolev", "kuznetsk"):
            assert other.indicators(municipality, by="association") == outside_town.indicators(
                municipality, by="association"
            )
        assert _people(other.server, "K-41") == _people(outside_town.server, "K-41")
        for code in ("korolev.programmes", "korolev.routes_completed"):
            assert _without_numbers(other, code) == _without_numbers(outside_town, code)


def _people(server: Server, number: str) -> object:
    person = server.get(f"/municipalities/korolev/staff/{number}")
    return {name: person[name] for name in ("profile", "results", "routes")}


def _without_numbers(told: Town, code: str) -> object:
    """Subjects without the numbers of deliveries, which follow the order of arrival."""
    subjects = told.subjects(code)
    for each in subjects.values():
        each["evidence"] = [(one["key"], one["happened_at"]) for one in each["evidence"]]
    return subjects
