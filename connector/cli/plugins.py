"""connector plugins: each of its actions stands in a file of its own."""

import argparse
from typing import Any

from connector.cli import rule_check, rule_diff, rule_forget, rule_list, rule_new
from connector.cli.intermixed import Intermixed


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("plugins", help="правила муниципалитетов").add_subparsers(
        dest="action", required=True, metavar="действие", parser_class=Intermixed
    )
    group.add_parser("list", parents=[common], help="установленные").set_defaults(run=rule_list.run)
    rule_forget.add_to(group, common)
    rule_new.add_to(group, common)
    rule_check.add_to(group, common)
    rule_diff.add_to(group, common)
