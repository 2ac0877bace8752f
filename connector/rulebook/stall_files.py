"""`stalls` of municipality.yaml: working days, the ladder, and other ones for kinds of routes."""

from collections.abc import Iterator, Mapping
from dataclasses import fields as names_of
from dataclasses import replace
from typing import Any

from marshmallow import fields

from connector.domain.stall_policy import RouteKind, Rung, StallPolicy, StepsOf
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault
from connector.rulebook.fields import (
    MESSAGES,
    Choice,
    Ladder,
    RuleSchema,
    Text,
    Texts,
    Whole,
    YesNo,
)

CRITERIA = tuple(field.name for field in names_of(RouteKind))


class KindSchema(RuleSchema):
    """One entry of `routes`: which ones they are, and what is other for them."""

    steps = Choice([str(kind) for kind in StepsOf])
    based_on = Texts()
    number = Text()
    idle_days = Whole(1, 250)
    grace_days = Whole(0, 250)
    head_after = Whole(0, 250)
    specialist_after = Whole(0, 250)
    remind_after = Whole(0, 250)
    ladder = Ladder()


class StallSchema(RuleSchema):
    """Working days of domain 4, and who hears of a stalled route."""

    idle_days = Whole(1, 250, load_default=20)
    grace_days = Whole(0, 250, load_default=5)
    head_after = Whole(0, 250, load_default=5)
    specialist_after = Whole(0, 250, load_default=10)
    remind_after = Whole(0, 250, load_default=3)
    ladder = Ladder(load_default=tuple(Rung))
    weekly_digest = YesNo(load_default=True)
    routes = fields.List(fields.Nested(KindSchema), load_default=list, error_messages=MESSAGES)


def policy_of(stalls: Mapping[str, Any] | None) -> StallPolicy:
    """What the schema has loaded; None: the defaults. What a kind does not name, it inherits."""
    given = dict(stalls or {})
    given.pop("weekly_digest", None)
    kinds = given.pop("routes", [])
    common = StallPolicy(**given)
    return replace(common, kinds=tuple(_kind(one, common) for one in kinds))


def _kind(given: Mapping[str, Any], common: StallPolicy) -> tuple[RouteKind, StallPolicy]:
    which = {name: value for name, value in given.items() if name in CRITERIA}
    if "steps" in which:
        which["steps"] = StepsOf(which["steps"])
    other = {name: value for name, value in given.items() if name not in CRITERIA}
    return RouteKind(**which), replace(common, **other)


def stall_faults(stalls: Mapping[str, Any] | None, node: Node) -> Iterator[RuleFileFault]:
    """What no single field shows: entries that mean nothing, or come too late to mean anything.

    node: the file's.
    """
    seen: list[Mapping[str, Any]] = []
    for at, kind in enumerate((stalls or {}).get("routes", ())):
        place = node.at(("stalls", "routes", at))
        which = {name: value for name, value in kind.items() if name in CRITERIA}
        if not which:
            yield place.fault(f"не сказано, какие это маршруты: {', '.join(CRITERIA)}")
        elif len(which) == len(kind):
            yield place.fault("для этих маршрутов ничего не изменено: назовите сроки или ladder")
        elif any(earlier.items() <= which.items() for earlier in seen):
            yield place.fault("до этого не дойдёт: все такие маршруты уже описаны выше")
        seen.append(which)
