"""The rules of each municipality, as pages and commands show them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.cli import main
from connector.rulebook import RuleFault
from connector.runtime.engine import Engine
from connector.services.folding.rule_faults import RuleFaultService
from connector.services.rules.sets import RuleSetService
from tests.integration.rules.folder_town import CODE, process, spoil, write
from tests.integration.web_town import NOW, M, WebTown, as_json, web_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("rules-page")) as made:
        yield made


def test_the_rules_of_each_municipality_are_told_with_their_faults(town: WebTown) -> None:
    with town.container.db.writing() as session:
        fault = RuleFault("kuznetsk", "kuznetsk: connector_notices", "ValueError: Иванов")
        RuleFaultService(session).note([fault], NOW)
        known = town.container.rulebook.known()["kuznetsk"]
        RuleSetService(session).add(known, NOW)
    text = town.client("administrator").get("/rules/").text
    for told in ("connector-korolev", "connector-kuznetsk", "connector_notices", "Иванов"):
        assert told in text
    assert known.rules is not None
    assert known.rules.digest[:12] in text
    own = town.client("methodist").get("/rules/").text
    assert "connector-korolev" in own
    assert "connector-kuznetsk" not in own
    assert town.client("viewer").get("/rules/").status_code == 403
    assert 'href="/rules/"' in own


def test_while_rules_change_the_pages_say_so(town: WebTown) -> None:
    rulebook = town.container.rulebook
    former = rulebook.rules(M)
    client = town.client("methodist")
    assert "Правила изменились" not in client.get(f"/m/{M}/").text
    rulebook.put(replace(former, digest="a" * 64))
    engine = Engine(town.container)
    try:
        engine.ticker.run_once()
        indicator = former.indicators[0].code
        for page in (f"/m/{M}/", f"/m/{M}/indicators/{indicator}", "/rules/"):
            assert "Показатели — по прежним правилам" in client.get(page).text, page
        told = as_json(town.get(f"municipalities/{M}/indicators"))["changing"]
        assert told["remaining"] == told["total"] > 0
    finally:
        rulebook.put(former)
        engine.settle()
    assert "Правила изменились" not in client.get(f"/m/{M}/").text


def test_commands_tell_of_former_rules_and_give_them_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules"
    write(rules)
    with process(tmp_path / "own", rules) as one:
        one.keeper.keep()
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("CONNECTOR_RULES_DIR", str(rules))
    spoil(rules)

    def listed() -> dict[str, object]:
        assert main(["plugins", "list", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)
        return next((row for row in rows if row["municipality"] == CODE), {})

    told = listed()
    assert told["is_former"]
    assert told["faults"]
    assert told["in_force_since"]
    assert main(["plugins", "list"]) == 0
    assert "действуют последние исправные правила" in capsys.readouterr().out
    assert main(["shares", CODE]) == 0
    assert "settlement.routes" in capsys.readouterr().out
    main(["doctor", "--json"])
    findings = [one["what"] for one in json.loads(capsys.readouterr().out)["findings"]]
    assert f"{CODE}: действуют прежние правила, пока ошибки не исправлены." in findings
    assert main(["plugins", "forget", CODE]) != 0, "its files are still there"

    for file in (rules / CODE).iterdir():
        file.unlink()
    (rules / CODE).rmdir()
    assert listed()["distribution"] is None
    assert main(["plugins", "forget", CODE]) == 0
    capsys.readouterr()
    assert listed() == {}
