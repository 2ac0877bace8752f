"""connector post: what mail servers said afterwards, samples to try them, what is held back."""

import argparse
import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.channels.dsn import read_bounce
from connector.cli import parked_bursts, sample_post
from connector.cli.output import Output
from connector.cli.session import container
from connector.services.notices.bounces import Became, BounceService
from connector.services.notices.post_offices import PostOffices

MOST_BYTES = 10 << 20
_TOLD = {
    Became.STOPPED: "адрес больше не используется",
    Became.COUNTED: "временный отказ учтён",
    Became.UNKNOWN: "не наше письмо или не наш адрес",
}
_OTHER = "other"


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("post", help="письма").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    bounces = group.add_parser(
        "bounces", parents=[common], help="прочитать сообщения о недоставке (RFC 3464)"
    )
    bounces.add_argument("files", nargs="*", metavar="ФАЙЛ", help="письма; без них — со входа")
    bounces.add_argument("--maildir", metavar="ПАПКА", help="новые письма ящика Maildir")
    bounces.set_defaults(run=_bounces)
    sample_post.add_to(group, common)
    parked_bursts.add_to(group, common)


def _bounces(arguments: argparse.Namespace, output: Output) -> int:
    count: Counter[str] = Counter()
    with container() as made:
        offices = PostOffices(made.rulebook, made.settings)
        for raw in _letters(arguments):
            bounce = read_bounce(raw)
            if bounce is None:
                count[_OTHER] += 1
                continue
            with made.db.writing() as session:
                became = BounceService(session, offices).apply(bounce, made.clock.now())
            count[str(became)] += 1
    lines = [f"{_TOLD[one]}: {count[str(one)]}" for one in Became if count[str(one)]]
    if count[_OTHER]:
        lines.append(f"не сообщения о недоставке: {count[_OTHER]}")
    document = {name: count[name] for name in (*map(str, Became), _OTHER)}
    output.result(document, lines or ["Новых сообщений нет."])
    return 0


def _letters(arguments: argparse.Namespace) -> Iterator[bytes]:
    """Each once: what was read from a Maildir is marked as seen, after it was worked through."""
    for name in arguments.files:
        yield _cut(Path(name).read_bytes())
    if arguments.maildir:
        box = mailbox.Maildir(arguments.maildir, create=False)
        for key in box.keys():  # noqa: SIM118 - a Maildir is no mapping
            letter = box[key]
            if letter.get_subdir() != "new":
                continue
            yield _cut(box.get_bytes(key))
            letter.set_subdir("cur")
            letter.add_flag("S")
            box[key] = letter
    elif not arguments.files:
        yield sys.stdin.buffer.read(MOST_BYTES)


def _cut(raw: bytes) -> bytes:
    return raw[:MOST_BYTES]
