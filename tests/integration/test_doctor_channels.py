"""connector doctor about channels: what is in force, what is amiss, what waits and why."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.channels.offered import ChannelFault, Offered
from connector.checkup.channels import channels, unsent
from connector.checkup.finding import Level
from connector.domain.messengers import OfferedChannel, ShortMessage
from connector.models import Notice
from tests.integration.web_town import NOW, M, WebTown, web_town


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WebTown]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with web_town(tmp_path, url) as made:
        yield made


class Messenger:
    def send(self, message: ShortMessage) -> None: ...


def with_pigeon(town: WebTown, examine: Callable[[], str | None] | None = None) -> Offered:
    pigeon = OfferedChannel("pigeon", "Голубь", Messenger(), "имя голубя", examine)
    by_code = {**town.container.offered.by_code, "pigeon": pigeon}
    return Offered(by_code, (ChannelFault("owl", "впишите ключ."),))


def broken() -> str | None:
    raise RuntimeError("token 123")


@pytest.mark.parametrize(
    ("examine", "told"),
    [(lambda: "голубь болен.", "голубь болен."), (broken, "сломалась (RuntimeError)")],
)
def test_what_is_amiss_is_told_and_the_rest_named(
    town: WebTown, examine: Callable[[], str | None], told: str
) -> None:
    made = replace(town.container, offered=with_pigeon(town, examine))
    findings = list(channels(made))
    assert [one.level for one in findings] == [Level.TROUBLE, Level.TROUBLE, Level.OK]
    assert "(owl): впишите ключ." in findings[0].what
    assert "«Голубь»" in findings[1].what
    assert told in findings[1].what
    assert "token 123" not in findings[1].what
    assert "сообщение в Moodle, Голубь" in findings[2].what


def test_what_waits_is_counted_with_its_reason(town: WebTown) -> None:
    with town.container.db.writing() as session:
        for n, reason in enumerate(["channel_fault:KeyError", "channel_fault:KeyError", None]):
            session.add(
                Notice(
                    municipality=M, key=f"pigeon{n}", kind="route_completed", role="teacher",
                    recipient="T-4", channel="pigeon", address="7", params={}, urgent=False,
                    state="waiting", reason=reason, created_at=NOW, not_before=NOW, attempts=1,
                )
            )  # fmt: skip
    (told,) = unsent(replace(town.container, offered=with_pigeon(town)))
    assert told.what == "Канал «Голубь»: ждут отправки 2 (channel_fault:KeyError)."
