"""Where subjects count: in the whole, in a school, in associations (domain 5)."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from connector.domain.because import WHOLE, Slice, SliceKind
from connector.domain.people import StaffMember


def slices_of(person: StaffMember, day: date) -> tuple[Slice, ...]:
    """Where a person counts on `day`: the whole, the school, each association."""
    term = person.at(day)
    return _slices(term.school, term.associations)


def places(school: str | None = None, associations: Iterable[str] = ()) -> tuple[Slice, ...]:
    """The whole, and the places that something belongs to."""
    return _slices(school, tuple(associations))


def scope_places(scope: str) -> tuple[Slice, ...]:
    """Of a scope as sheets write it: `municipality`, `school:X`, `association:X`; a roadmap names
    its association bare."""
    kind, _, code = scope.rpartition(":")
    if kind == SliceKind.SCHOOL:
        return places(code)
    return WHOLE_ONLY if scope == "municipality" else places(None, (code,))


@lru_cache(maxsize=4096)
def _slices(school: str | None, associations: tuple[str, ...]) -> tuple[Slice, ...]:
    """Colleagues share them."""
    own = (Slice(SliceKind.SCHOOL, school),) if school else ()
    return (WHOLE, *own, *(Slice(SliceKind.ASSOCIATION, c) for c in sorted(set(associations))))


WHOLE_ONLY = (WHOLE,)
