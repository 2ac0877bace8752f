"""The hook of channel plugins, against the guides for their authors (docs/*/channel-plugins.md)."""

import ast
import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.channels.apprise_plugin import ApprisePlugin
from connector.channels.apprise_services import OWN_SERVERS
from connector.channels.offered import gather
from connector.domain import messengers
from connector.domain.messengers import (
    ChannelDown,
    HttpAnswer,
    Messenger,
    Refused,
    ShortMessage,
    TryLater,
)
from tests.guards.tree import ROOT, none_of, parse

GUIDES = {language: ROOT / "docs" / language / "channel-plugins.md" for language in ("ru", "en")}
every_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)


class Desk:
    """Answers to whatever the example sends."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def __call__(self, method: str, url: str, **asked: Any) -> HttpAnswer:
        self.asked.append((method, url, asked))
        return HttpAnswer(self.status, b"")


def block(guide: Path, language: str, n: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)[n]


def offered(http: Desk, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Messenger:
    """The example of the guide as an installed package, asked as bootstrap asks."""
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.delitem(sys.modules, "connector_pager", raising=False)
    package = folder / "connector_pager"
    package.mkdir()
    (package / "__init__.py").write_text(block(GUIDES["ru"], "python"), "utf-8")
    point = EntryPoint("pager", "connector_pager", "connector.channels")
    settings = yaml.safe_load(block(GUIDES["ru"], "yaml"))
    found = gather({}, [point], settings, http)
    assert found.faults == ()
    (offer,) = found.by_code.values()
    assert (offer.code, offer.asks) == ("pager", "номер пейджера")
    return offer.messenger


@every_guide
def test_the_hook_is_documented_with_its_signature(guide: Path) -> None:
    hooks = [
        ast.unparse(node).splitlines()[1].removesuffix(":")
        for node in ast.walk(parse(ROOT / "connector" / "channelspecs.py"))
        if isinstance(node, ast.FunctionDef)
    ]
    text = guide.read_text("utf-8")
    none_of((hook for hook in hooks if f"\n{hook}\n" not in text), "not as in channelspecs.py:")
    assert set(re.findall(r"def (connector_\w+)\(", text)) == {"connector_channels"}


@every_guide
def test_every_name_that_authors_import_is_documented(guide: Path) -> None:
    text = guide.read_text("utf-8")
    public = {
        name
        for name, value in vars(messengers).items()
        if isinstance(value, type) and value.__module__ == messengers.__name__
    }
    # A protocol is met by whoever has the method, and the base of faults is raised by nobody.
    none_of(
        sorted(
            n
            for n in public - {"Messenger", "NotNow"}
            if f"`{n}" not in text and f"{n})" not in text
        ),
        f"{guide.parent.name}: not explained:",
    )


def test_both_guides_show_the_same_code() -> None:
    for language in ("python", "ini", "yaml"):
        assert block(GUIDES["ru"], language) == block(GUIDES["en"], language)


def test_the_example_imports_what_plugins_may() -> None:
    tree = ast.parse(block(GUIDES["ru"], "python"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"connector", "connector.domain.messengers"}


def test_the_example_sends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    desk = Desk(202)
    pager = offered(desk, monkeypatch, tmp_path)
    pager.send(ShortMessage("17", "Есть новости.", "abcdef"))
    ((method, url, asked),) = desk.asked
    assert (method, url) == ("POST", "https://pager.example.org/send")
    assert asked["body"] == {"to": "17", "text": "Есть новости. [abcdef]"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, Refused), (403, ChannelDown), (503, ChannelDown), (400, TryLater)],
)
def test_the_example_says_how_it_failed(
    status: int, kind: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(kind):
        offered(Desk(status), monkeypatch, tmp_path).send(ShortMessage("17", "x"))


def test_the_services_that_administrators_are_shown_work() -> None:
    settings = yaml.safe_load(block(ROOT / "docs" / "ru" / "channels.md", "yaml"))
    own = {"apprise": ApprisePlugin(foreign=False, allow_private=False)}
    found = gather(own, [], settings, Desk(200))
    assert found.faults == ()
    assert len(found.by_code) == 3
    for offer in found.by_code.values():
        assert offer.examine is not None
        assert offer.examine() is None


def test_every_own_service_is_named_to_administrators() -> None:
    text = (ROOT / "docs" / "ru" / "channels.md").read_text("utf-8")
    none_of((s for s in OWN_SERVERS if f"`{s}s://`" not in text), "not in docs/ru/channels.md:")
