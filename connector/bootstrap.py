"""The composition root: builds engine, rules, clients and services once, from settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from connector.channels.apprise_plugin import ApprisePlugin
from connector.channels.channel import Channel
from connector.channels.core_plugin import CorePlugin
from connector.channels.http import GuardedHttp
from connector.channels.mailbox import Mailbox
from connector.channels.offered import Offered, gather, installed
from connector.channels.short import ShortChannel
from connector.clock import AdjustableClock, Clock, SystemClock
from connector.config import Config
from connector.db import Database
from connector.domain.preferences import EMAIL
from connector.rulebook import Rulebook
from connector.secretbox import SecretBox, key_for
from connector.services.access.letter_links import LetterLinks
from connector.services.cases.setting import Settings
from connector.services.sources.messages import MoodleMessenger
from connector.services.sources.moodles import Moodles
from connector.tallies import Tallies


@dataclass(frozen=True)
class Container:
    """What every entry point works with. channels: by code, e-mail and those of `offered`."""

    config: Config
    clock: Clock
    db: Database
    box: SecretBox
    rulebook: Rulebook
    settings: Settings
    moodles: Moodles
    channels: Mapping[str, Channel]
    offered: Offered
    tallies: Tallies
    links: LetterLinks

    def close(self) -> None:
        self.rulebook.close()
        self.db.close()


def build(config: Config, clock: Clock | None = None) -> Container:
    """Builds a container. Opens no connection yet; makes the data folder if it is missing.

    Raises BadSettings.
    """
    # Ours alone where we make it: the database in it holds what hurts people to have read.
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if clock is None:
        clock = AdjustableClock(config.clock) if config.clock else SystemClock()
    rulebook = Rulebook.open(config.rules_dir, config.safe_mode)
    tallies = Tallies()
    rulebook.time_with(lambda code, s: tallies.took("plugin_seconds", code, seconds=s))
    db = Database(config.database_url, pool_size=max(10, config.web_threads))
    box = SecretBox(key_for(config.secret_key, config.data_dir))
    moodles = Moodles(clock, config.allow_private, tallies)
    offered = _offered(config, MoodleMessenger(db, box, moodles))
    return Container(
        config=config,
        clock=clock,
        db=db,
        box=box,
        rulebook=rulebook,
        settings=Settings(rulebook),
        moodles=moodles,
        channels={
            EMAIL: _mail(config),
            **{code: ShortChannel(offer) for code, offer in offered.by_code.items()},
        },
        offered=offered,
        tallies=tallies,
        links=LetterLinks(box, config.public_url, timedelta(hours=config.sign_in_link_hours)),
    )


def _mail(config: Config) -> Channel:
    if not config.smtp_url:
        return Mailbox()
    # Only where there is mail to send.
    from connector.channels.smtp import SmtpChannel, parse_smtp_url

    return SmtpChannel(parse_smtp_url(config.smtp_url), config.mail_from)


def _offered(config: Config, teller: MoodleMessenger) -> Offered:
    """Channels beside e-mail: whoever brings one says so through the same hook."""
    own = {
        "core": CorePlugin(teller, config.max_token, config.max_url),
        "apprise": ApprisePlugin(config.foreign_messengers, config.allow_private),
    }
    http = GuardedHttp(config.allow_private)
    return gather(own, installed(config.safe_mode), config.channels, http)
