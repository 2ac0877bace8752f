"""Notices owed: who is to be told what, as a pure function of evidence, organisation and day.

A notice is owed by its business key, once for ever. Whether it was sent, when it may be, and in
which words is nobody's business here (domain 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from connector.domain.people import StaffMember


class Recipient(StrEnum):
    """In what capacity somebody is told."""

    TEACHER = "teacher"
    MENTOR = "mentor"
    HEAD = "head"
    METHODIST = "methodist"
    SPECIALIST = "specialist"
    ADDRESSEE = "addressee"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Owed:
    """One notice owed.

    key: business key, unique for ever within the municipality; says what happened and to whom it is
        told, never when it was found out.
    recipient: personnel number; None where nobody was found, so that the lack is visible.
    params: JSON values for the text. No personal data may reach a subject line.
    happened_on: local day of what is told. urgent: an alert, told at once in waking hours; others
    are
        gathered into the digest.
    follows: keys of which one must have been sent; who was not told the beginning is not told the
        end. Empty: nothing must have.
    """

    key: str
    kind: str
    role: Recipient
    recipient: str | None
    params: Mapping[str, Any]
    happened_on: date
    urgent: bool = False
    follows: tuple[str, ...] = ()


class Said(Protocol):
    """A notice as its words and its page are made of it; role: a Recipient as it is stored."""

    @property
    def kind(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def params(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Circle:
    """Who stands around a person on a day, deputies included: found in the organisation as it is.

    methodists: of the person, the school or the associations; where nobody is assigned, those who
    sign in as methodists are named by the service that builds this. heads: by association code.
    Around what is neither a person nor an association stand all methodists and specialists.
    colleagues: who is told for those that the answers to the person's stalled routes name, who
    asked for something about a route, or whom decisions name, by that name; nobody where they have
    left without a deputy. scopes: of a municipality alone, who stands around those that its open
    decisions are for.
    """

    mentors: tuple[StaffMember, ...] = ()
    heads: Mapping[str, StaffMember] = field(default_factory=dict)
    methodists: tuple[StaffMember, ...] = ()
    specialists: tuple[StaffMember, ...] = ()
    colleagues: Mapping[str, tuple[StaffMember, ...]] = field(default_factory=dict)
    scopes: Mapping[str, "Circle"] = field(default_factory=dict)
