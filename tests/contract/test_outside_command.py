"""The command beside the running server: documents, exit codes, secrets that stay secret."""

import pytest

from tests.contract.outside_command import Command
from tests.contract.outside_server import Server
from tests.contract.outside_town import REPORT, Town, everything, town

ASKED = ("--period", "2026", "--as-of", REPORT)


def test_shares_are_those_of_the_api(outside_town: Town) -> None:
    told = outside_town.command.document("shares", "korolev", *ASKED, "--by", "school")
    shown = outside_town.indicators("korolev", by="school")
    assert {each["code"]: each for each in told["indicators"]} == shown


def test_a_recount_finds_what_the_deltas_kept(outside_town: Town) -> None:
    assert outside_town.command.document("recount", "--verify")["differences"] == 0


def test_explain_leads_from_a_figure_to_a_delivery(outside_town: Town) -> None:
    told = outside_town.command.document("explain", "korolev", "korolev.diagnosed", "K-02", *ASKED)
    assert [each["subject"] for each in told["subjects"]] == ["K-02"]
    assert told["subjects"][0]["evidence"][0]["delivery"]
    people = outside_town.command("explain", "korolev", "korolev.diagnosed", "K-02", *ASKED)
    assert people.code == 0
    assert "K-02" in people.out


def test_stalls_name_the_routes_that_stand_still(outside_town: Town) -> None:
    stalled = {each["personnel_no"] for each in outside_town.command.document("stalls", "korolev")}
    # Completed, cancelled, paused or never approved routes do not stall.
    assert stalled.isdisjoint({"K-52", "K-55", "K-56", "K-57", "K-58", "K-60", "K-62", "K-65"})
    # Nothing since 1 February, the withdrawn completion and the ungraded essay included.
    assert {"K-51", "K-66", "K-67"} <= stalled
    shown = outside_town.server.get("/municipalities/korolev/routes", state="stalled")["routes"]
    assert {each["subject"] for each in shown} == stalled


def test_a_delivery_can_be_listed_shown_and_replayed(outside_town: Town) -> None:
    before = outside_town.indicators("korolev")
    listed = outside_town.command.document("deliveries", "list", "--state", "done", "--limit", "1")
    number = str(listed["deliveries"][0]["id"])
    shown = outside_town.command("deliveries", "show", number, "--json")
    assert shown.code == 0
    assert outside_town.secret not in shown.out
    outside_town.command.document("deliveries", "replay", number)
    outside_town.server.settled()
    assert outside_town.indicators("korolev") == before


def test_plugins_are_both_there_without_faults(outside_town: Town) -> None:
    plugins = {
        each["municipality"]: each for each in outside_town.command.document("plugins", "list")
    }
    assert set(plugins) == {"korolev", "kuznetsk"}
    assert all(each["faults"] == [] and each["indicators"] == 9 for each in plugins.values())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("shares",), 2),
        (("no-such-command",), 2),
        (("import", "somewhere"), 2),
        (("people", "token", "--role", "king", "--municipality", "korolev"), 2),
        (("shares", "korolev", "--period", "sometime"), 2),
        (("import", "no-such-folder", "--municipality", "korolev"), 1),
        (("explain", "korolev", "korolev.nothing"), 1),
        (("deliveries", "show", "999999"), 1),
        (("shares", "korolev", "--period", "2026", "--as-of", "2025-12-31"), 1),
    ],
)
def test_a_command_that_cannot_be_done_says_so(
    outside_town: Town, arguments: tuple[str, ...], code: int
) -> None:
    ended = outside_town.command(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.strip()
    assert "Traceback" not in ended.err


def test_the_doctor_masks_what_is_secret(
    outside_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Secretive(Command):
        @property
        def surroundings(self) -> dict[str, str]:
            key = self.folder.parent / "smtp"
            key.write_text("smtp://post:hunter2@mail.example:25\n")
            return {**super().surroundings, "CONNECTOR_SMTP_URL_FILE": str(key)}

    ended = Secretive(outside_town.command.folder)("doctor", "--json")
    assert ended.code == 0, ended
    assert "hunter2" not in ended.out + ended.err
    assert "mail.example" in ended.out
    sources = outside_town.command("sources", "list", "--json")
    assert outside_town.secret not in sources.out + ended.out


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
        assert other.command.document("recount", "--verify")["differences"] == 0


def _people(server: Server, number: str) -> object:
    person = server.get(f"/municipalities/korolev/staff/{number}")
    return {name: person[name] for name in ("profile", "results", "routes")}


def _without_numbers(told: Town, code: str) -> object:
    """Subjects without the numbers of deliveries, which follow the order of arrival."""
    subjects = told.subjects(code)
    for each in subjects.values():
        each["evidence"] = [(one["key"], one["happened_at"]) for one in each["evidence"]]
    return subjects
