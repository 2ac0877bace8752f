"""What several commands ask for, asked in the same words."""

import argparse
from datetime import date, datetime

DAY = "ДЕНЬ"


def municipality(parser: argparse.ArgumentParser) -> None:
    """The municipality, as an argument of its own."""
    parser.add_argument(
        "municipality",
        metavar="МУНИЦИПАЛИТЕТ",
        help="код муниципалитета; какие есть: connector plugins list",
    )


def source(parser: argparse.ArgumentParser) -> None:
    """The code of a source."""
    parser.add_argument(
        "code", metavar="ИСТОЧНИК", help="код источника; какие есть: connector sources list"
    )


def day(text: str) -> date:
    """As the documents write it, or as ISO does. Raises argparse.ArgumentTypeError."""
    for written in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, written).date()
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"день пишется 2026-06-30 или 30.06.2026, не «{text}»")


def address(text: str) -> str:
    """An e-mail address. Raises argparse.ArgumentTypeError."""
    from connector.channels.smtp import is_address

    if not is_address(text):
        raise argparse.ArgumentTypeError(f"«{text}» не похоже на адрес почты")
    return text
