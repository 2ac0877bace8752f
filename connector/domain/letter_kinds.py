"""Every kind of letter that the connector itself writes, and in what capacity people get it.

A municipality's own kinds come beside these. What an `Owed` says of its kind, this table says too,
so that people can choose about letters they never got, and rules cannot name ones that nobody gets.
"""

from collections.abc import Mapping

from connector.domain.alarms import AlarmKind
from connector.domain.owed import Recipient

_OWN_ROUTE = frozenset({Recipient.TEACHER, Recipient.MENTOR, Recipient.METHODIST})
_RUNGS = frozenset({Recipient.METHODIST, Recipient.HEAD, Recipient.SPECIALIST})
_ASKED = _RUNGS | {Recipient.MENTOR}
"""Whoever may answer to a stalled route, be handed it and hear how it ended."""
_PLANS = frozenset({Recipient.METHODIST, Recipient.HEAD})
_METHODIST = frozenset({Recipient.METHODIST})
_DECIDED = frozenset({Recipient.ADDRESSEE, Recipient.METHODIST, Recipient.SPECIALIST})
_ADMINISTRATOR = frozenset({Recipient.ADMINISTRATOR})
_ALARMS = (*(f"alarm_{kind}" for kind in AlarmKind), "alarm_over")

KINDS: Mapping[str, frozenset[Recipient]] = {
    "deficits_found": frozenset({Recipient.TEACHER, Recipient.MENTOR, Recipient.HEAD}),
    "route_approved": _OWN_ROUTE,
    "step_done": _OWN_ROUTE,
    "proof_expiring": frozenset({Recipient.TEACHER, Recipient.METHODIST}),
    "route_completed": _OWN_ROUTE,
    "route_stalled": _ASKED,
    "stall_reminder": frozenset({Recipient.METHODIST}),
    "stall_handed": _ASKED,
    "stall_check": _ASKED,
    "stall_over": _ASKED,
    "stalls_week": _RUNGS,
    "request_made": _METHODIST,
    "request_waits": _METHODIST,
    # Whoever asked in the teacher's place hears of it, too.
    "request_decided": _OWN_ROUTE | {Recipient.SPECIALIST},
    "decisions_waiting": _METHODIST,
    "recommendation_addressed": frozenset({Recipient.TEACHER}),
    "decision_addressed": _DECIDED,
    "decision_due": frozenset({Recipient.ADDRESSEE}),
    "decision_overdue": _DECIDED,
    "plan_met": _PLANS,
    "plan_lost": _PLANS,
    "address_stopped": frozenset({Recipient.METHODIST}),
    # Whoever asks for a new link is written to as the reader of their own letters.
    "sign_in_link": frozenset({Recipient.TEACHER}),
    **dict.fromkeys(_ALARMS, _ADMINISTRATOR),
}
"""By kind, in the order in which things happen."""

URGENT: frozenset[tuple[str, Recipient]] = frozenset(
    {
        *(("route_stalled", role) for role in _RUNGS),
        *(("stall_handed", role) for role in _ASKED),
        ("sign_in_link", Recipient.TEACHER),
        *((kind, Recipient.ADMINISTRATOR) for kind in _ALARMS),
    }
)
"""Alerts, told at once in waking hours."""
