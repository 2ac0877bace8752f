"""Pieces: routes and completions as subjects of their own, made by folding their person.

They are counted one by one (of programmes completed, how many were by diagnosis) and exist only in
municipalities whose rules count them. A piece's code begins with its person's number.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.domain.cases import Case, CompletionCase, RouteCase, StaffCase
from connector.models import Subject
from connector.models.among import among
from connector.services.cases import subjects
from connector.services.cases.subjects import Naming

PIECES = frozenset({SubjectKind.ROUTE, SubjectKind.COMPLETION})


def pieces_of(
    case: StaffCase, kind: SubjectKind, known: Iterable[str] = ()
) -> dict[str, CompletionCase | RouteCase]:
    """A person's pieces by code; known: codes that were so once and are to be found as gone."""
    number = case.code
    found: dict[str, CompletionCase | RouteCase]
    if kind is SubjectKind.COMPLETION:
        found = {
            code: CompletionCase(code, completion, case)
            for completion in case.folded.completions
            for code in [f"{number}|{completion.proof.key}"]
        }
        return {code: CompletionCase(code, None, case) for code in known} | found
    found = {
        code: RouteCase(code, progress, case)
        for progress in case.folded.routes
        for code in [f"{number}|{progress.route.number}"]
    }
    return {code: RouteCase(code, None, case) for code in known} | found


def refresh(
    session: Session, municipality: str, cases: Collection[StaffCase], kinds: Iterable[SubjectKind]
) -> None:
    """Makes the pieces that folded people have now, and has all they ever had judged again."""
    for kind in sorted(kinds):
        known = stored(session, municipality, kind, [case.code for case in cases])
        namings = {
            code: Naming(_title(case, piece), owner=case.code)
            for case in cases
            for code, piece in pieces_of(case, kind).items()
            if code not in known.get(case.code, ())
        }
        if namings:
            subjects.ensure(session, municipality, str(kind), namings)
        codes = {code for found in known.values() for code in found}
        if codes:
            subjects.mark_dirty(session, municipality, str(kind), codes)


def stored(
    session: Session, municipality: str, kind: SubjectKind, numbers: Collection[str]
) -> Mapping[str, set[str]]:
    """Codes of pieces by their person."""
    found: dict[str, set[str]] = {}
    rows = session.execute(
        select(Subject.owner, Subject.code).where(
            Subject.municipality == municipality,
            Subject.kind == str(kind),
            among(session, Subject.owner, sorted(numbers)),
        )
    )
    for owner, code in rows:
        if owner is not None:
            found.setdefault(owner, set()).add(code)
    return found


def _title(case: StaffCase, piece: Case) -> str:
    name = case.folded.dossier.person.full_name or case.code
    if isinstance(piece, CompletionCase) and piece.completion is not None:
        done = piece.completion
        return f"{name}: {done.programme.title}, {done.proof.day:%d.%m.%Y}"
    if isinstance(piece, RouteCase) and piece.route is not None:
        return f"{name}: ИОМ № {piece.route.route.number}"
    return name
