"""Settings, from the environment and nowhere else; the only module that reads it.

Every setting `CONNECTOR_X` can also be given as `CONNECTOR_X_FILE`, the path of a file that holds
the value, as container secrets come.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from environs import Env, EnvError

from connector.errors import BadSettings

DEFAULT_PUBLIC_URL = "http://127.0.0.1:8080"
SECRET = {"database_url", "broker_url", "secret_key", "smtp_url", "max_token", "channels"}
LETTERS_PER_MINUTE = 300
"""A city's two thousand digests within ten minutes; and a mistake that nobody foresaw does not have
the provider take us for a spammer before anybody has seen it."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Config:
    """What an installation can set.

    secret_key: one or several keys by commas, newest first; the first encrypts, all decrypt. Empty:
        a key is made and kept in the data folder.
    smtp_url: `smtp://user:password@host:port` or `smtps://…`; `?starttls=1`. Empty: letters land in
        the mailbox that the pages show.
    allow_private: Moodle may live in a private network or on the loopback.
    clock: an instant (ISO 8601) to start the clock at; for demonstrations and drills only.
    queue_prefix: what the queues' names begin with; two installations on one broker need two.
    otlp_endpoint: where traces go (connector/tracing.py), `http://host:4318`; empty: nowhere.
    reconcile_night: local hours in which each Moodle is gone through whole, `1-5`; empty: never.
    reconcile_minutes: how often by day, where somebody was in a course; 0: never.
    keep_…_days: how long each class of data is kept (services/upkeep/retention.py); 0: for ever.
    letters_per_minute: most letters that all senders together hand to the mail server in any
        minute; 0: as fast as it takes them.
    sign_in_link_hours: how long the link of a letter signs its reader in, once; 0: never.
    max_token, max_bot: of the bot in the messenger MAX, and its name there; empty: none.
    max_url: where MAX answers bots.
    channels: by plugin, the settings of further channels (docs/ru/channels.md); YAML or JSON.
    foreign_messengers: services on others' servers may be used for letters too.
    safe_mode: no plugin's Python is run, only rule files are read.
    """

    data_dir: Path
    database_url: str
    broker_url: str
    secret_key: str
    rules_dir: Path | None
    public_url: str
    smtp_url: str
    mail_from: str
    allow_private: bool
    web_threads: int
    log_level: str
    clock: datetime | None
    queue_prefix: str = "connector"
    otlp_endpoint: str = ""
    reconcile_night: tuple[int, int] | None = None
    reconcile_minutes: int = 0
    keep_bodies_days: int = 365
    keep_aside_days: int = 730
    keep_letters_days: int = 365
    keep_audit_days: int = 1095
    keep_counts_days: int = 90
    keep_events_days: int = 365
    safe_mode: bool = False
    letters_per_minute: int = LETTERS_PER_MINUTE
    sign_in_link_hours: int = 24
    max_token: str = ""
    max_bot: str = ""
    max_url: str = "https://platform-api.max.ru"
    channels: Mapping[str, Any] = field(default_factory=dict)
    foreign_messengers: bool = False

    @property
    def is_distributed(self) -> bool:
        """Whether work is handed out over a broker."""
        return bool(self.broker_url)

    def shown(self) -> Iterator[tuple[str, str]]:
        """Names and values for people to see, secrets masked."""
        for one in fields(self):
            value: Any = getattr(self, one.name)
            shown = "" if value in (None, "", {}) else str(value)
            if isinstance(value, tuple):
                shown = "-".join(map(str, value))
            if one.name in SECRET and shown:
                # A key may be any text, one that looks like an address too.
                is_bare = one.name in ("secret_key", "max_token", "channels")
                shown = "***" if is_bare else _masked(shown)
            yield f"CONNECTOR_{one.name.upper()}", shown


def load() -> Config:
    """Reads the environment. Raises BadSettings with a sentence that says what to mend."""
    env = Env()
    try:
        data_dir = Path(_text(env, "CONNECTOR_DATA_DIR", "connector-data")).expanduser().absolute()
        rules_dir = _text(env, "CONNECTOR_RULES_DIR")
        clock = _text(env, "CONNECTOR_CLOCK")
        return Config(
            data_dir=data_dir,
            database_url=_text(env, "CONNECTOR_DATABASE_URL")
            or f"sqlite:///{data_dir / 'connector.sqlite3'}",
            broker_url=_text(env, "CONNECTOR_BROKER_URL"),
            secret_key=_text(env, "CONNECTOR_SECRET_KEY"),
            rules_dir=Path(rules_dir).expanduser().absolute() if rules_dir else None,
            public_url=_text(env, "CONNECTOR_PUBLIC_URL", DEFAULT_PUBLIC_URL).rstrip("/"),
            smtp_url=_text(env, "CONNECTOR_SMTP_URL"),
            mail_from=_text(env, "CONNECTOR_MAIL_FROM", "connector@localhost"),
            allow_private=_switch(env, "CONNECTOR_ALLOW_PRIVATE"),
            web_threads=int(_text(env, "CONNECTOR_WEB_THREADS", "8")),
            log_level=_level(_text(env, "CONNECTOR_LOG_LEVEL", "INFO")),
            clock=_instant(clock) if clock else None,
            queue_prefix=_text(env, "CONNECTOR_QUEUE_PREFIX", "connector"),
            otlp_endpoint=_text(env, "CONNECTOR_OTLP_ENDPOINT"),
            reconcile_night=_hours(_text(env, "CONNECTOR_RECONCILE_NIGHT", "1-5")),
            reconcile_minutes=_minutes(_text(env, "CONNECTOR_RECONCILE_MINUTES", "60")),
            keep_bodies_days=_days(env, "CONNECTOR_KEEP_BODIES_DAYS", 365),
            keep_aside_days=_days(env, "CONNECTOR_KEEP_ASIDE_DAYS", 730),
            keep_letters_days=_days(env, "CONNECTOR_KEEP_LETTERS_DAYS", 365),
            keep_audit_days=_days(env, "CONNECTOR_KEEP_AUDIT_DAYS", 1095),
            keep_counts_days=_days(env, "CONNECTOR_KEEP_COUNTS_DAYS", 90),
            keep_events_days=_days(env, "CONNECTOR_KEEP_EVENTS_DAYS", 365),
            safe_mode=_switch(env, "CONNECTOR_SAFE_MODE"),
            letters_per_minute=_letters(
                _text(env, "CONNECTOR_LETTERS_PER_MINUTE", str(LETTERS_PER_MINUTE))
            ),
            sign_in_link_hours=_link_hours(_text(env, "CONNECTOR_SIGN_IN_LINK_HOURS", "24")),
            max_token=_text(env, "CONNECTOR_MAX_TOKEN"),
            max_bot=_text(env, "CONNECTOR_MAX_BOT").lstrip("@"),
            max_url=_text(env, "CONNECTOR_MAX_URL", "https://platform-api.max.ru").rstrip("/"),
            channels=_channels(_text(env, "CONNECTOR_CHANNELS")),
            foreign_messengers=_switch(env, "CONNECTOR_FOREIGN_MESSENGERS"),
        )
    except (EnvError, ValueError, OSError) as err:
        raise BadSettings(str(err)) from err


def _text(env: Env, name: str, default: str = "") -> str:
    path = env.str(f"{name}_FILE", "")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    value: str = env.str(name, default)
    return value.strip()


def _switch(env: Env, name: str) -> bool:
    text = _text(env, name, "0").lower()
    if text not in ("0", "1", "false", "true", "no", "yes"):
        raise ValueError(f"{name}: 0 or 1 is expected, not {text!r}")
    return text in ("1", "true", "yes")


def _days(env: Env, name: str, default: int) -> int:
    text = _text(env, name, str(default))
    # A typing error must not delete what nobody meant; a century is for ever.
    if not text.isascii() or not text.isdecimal() or int(text) > 36500:
        raise ValueError(f"{name}: a number of days is expected, or 0 to keep for ever")
    return int(text)


def _hours(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,2})\s*-\s*(\d{1,2})", text, re.ASCII)
    hours = tuple(map(int, match.groups())) if match else ()
    if len(hours) != 2 or max(hours) > 23 or hours[0] == hours[1]:
        raise ValueError("CONNECTOR_RECONCILE_NIGHT: two hours are expected, 1-5, or nothing")
    return hours[0], hours[1]


def _minutes(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 1440:
        raise ValueError("CONNECTOR_RECONCILE_MINUTES: minutes up to a day are expected, or 0")
    return int(text)


def _letters(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 100_000:
        raise ValueError("CONNECTOR_LETTERS_PER_MINUTE: a number is expected, or 0 for no limit")
    return int(text)


def _link_hours(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 168:
        raise ValueError("CONNECTOR_SIGN_IN_LINK_HOURS: hours up to a week are expected, or 0")
    return int(text)


def _channels(text: str) -> Mapping[str, Any]:
    if not text:
        return {}
    # Most installations have none, and a process at rest need not hold the parser.
    import yaml

    try:
        read = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as err:
        # What the parser says of it quotes lines, and they hold tokens.
        where = f", line {mark.line + 1}" if (mark := getattr(err, "problem_mark", None)) else ""
        raise ValueError(f"CONNECTOR_CHANNELS: YAML or JSON is expected{where}") from None
    if not isinstance(read, dict) or not all(isinstance(one, dict) for one in read.values()):
        raise ValueError("CONNECTOR_CHANNELS: settings by plugin are expected, `plugin: {…}`")
    return {str(name): one for name, one in read.items()}


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"CONNECTOR_LOG_LEVEL: one of {', '.join(LOG_LEVELS)} is expected")
    return text.upper()


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("CONNECTOR_CLOCK: an instant with its zone is expected")
    return instant


def _masked(value: str) -> str:
    """An address without what lets people in, whether it stands before the host or behind."""
    scheme, separator, rest = value.partition("://")
    if not separator:
        return "***"
    if "@" in rest:
        rest = f"***@{rest.rpartition('@')[2]}"
    return f"{scheme}://" + re.sub(r"(?i)((?:user|\w*pass\w*)=)[^&]*", r"\1***", rest)
