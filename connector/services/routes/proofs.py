"""Files that prove steps: uploaded by a teacher, accepted or returned by a methodist (domain 4).

An accepted file writes a row of the sheet `evidence`, so that the step is done by the same rules as
with every other proof. A document that expires leaves the step done, because on that day it was so;
its owner is told before, and the page says that it has expired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from connector.models import ProofFile
from connector.services.imports import gate as import_gate
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.records.proof_dates import PREFIX
from connector.services.routes.changes import ChangeKind, RouteEdit, RouteWriter
from connector.services.routes.contents import Code, contents
from connector.services.routes.file_types import KNOWN, MOST_BYTES, tidy_name, type_of
from connector.texts.words import day as day_text

MOST_WAITING = 10
"""Files of one step that wait for a look: more are a mistake, or somebody filling the database."""

LONGEST_REASON = 2000
_TYPES = ", ".join(kind.title for kind in KNOWN)


@dataclass(frozen=True, slots=True)
class Upload:
    """done_on: the day that the document names. valid_until: its last day, if it has one."""

    step: int
    name: str
    content: bytes
    done_on: date | None
    valid_until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProofService:
    """Takes a session, never commits. What is refused says why, in Russian."""

    session: Session = field(repr=False)
    municipality: str

    def upload(self, code: Code, upload: Upload, making: Making) -> str | None:
        """Keeps a file until a methodist looks at it; why it is not taken, None where it is."""
        import_gate.close(self.session, self.municipality)
        kind = type_of(upload.content)
        why = self._unfit(code, upload, making.today)
        if why is not None or kind is None:
            return why or f"такие файлы не принимаются: нужен один из {_TYPES}, без макросов"
        digest = sha256(upload.content).hexdigest()
        of_step = self._of(code).where(ProofFile.step == upload.step)
        same = of_step.where(ProofFile.digest == digest, ProofFile.state != "returned")
        if self.session.scalars(same).first() is not None:
            return "этот файл уже приложен к шагу"
        waiting = of_step.where(ProofFile.state == "waiting")
        if len(self.session.scalars(waiting).all()) >= MOST_WAITING:
            return "к этому шагу уже приложено много файлов: дождитесь, пока методист их посмотрит"
        self.session.add(
            ProofFile(
                municipality=self.municipality,
                person=code[0],
                number=code[1],
                step=upload.step,
                name=tidy_name(upload.name, kind),
                type=kind.mime,
                size=len(upload.content),
                digest=digest,
                content=upload.content,
                done_on=upload.done_on,
                valid_until=upload.valid_until,
                note=upload.note.strip()[:500] or None,
                uploaded_by=making.by[:160],
                uploaded_at=making.now,
                state="waiting",
            )
        )
        self.session.flush()
        return None

    def accept(self, number: int, importer: ImportService, making: Making) -> str | None:
        """The file proves its step: written into the records."""
        import_gate.close(self.session, self.municipality)
        file = self.find(number)
        if file is None:
            return "этого файла больше нет"
        if file.state != "waiting":
            return "этот файл уже посмотрели"
        code = (file.person, file.number)
        held = contents(self.session, self.municipality, code)
        if held is None or held.step(file.step) is None:
            return f"шага {file.step} в маршруте больше нет"
        edit = RouteEdit(code, ChangeKind.PROVED, [("evidence", _evidence(file))])
        written = RouteWriter(self.session, self.municipality, importer).write([edit], making)
        if written.faults:
            return "; ".join(written.faults[0])
        file.state = "accepted"
        file.reviewed_by, file.reviewed_at = making.by[:160], making.now
        return None

    def give_back(
        self, number: int, reason: str, importer: ImportService, making: Making
    ) -> str | None:
        """Returned with a reason; one that had been accepted proves nothing any more."""
        import_gate.close(self.session, self.municipality)
        file = self.find(number)
        if file is None:
            return "этого файла больше нет"
        if file.state == "returned":
            return "этот файл уже возвращён"
        if not reason.strip():
            return "напишите, почему файл возвращён: это прочитает педагог"
        if file.state == "accepted":
            code = (file.person, file.number)
            gone = [("evidence", _evidence(file))]
            edit = RouteEdit(code, ChangeKind.PROVED, gone=gone, reason=reason.strip())
            RouteWriter(self.session, self.municipality, importer).write([edit], making)
        file.state = "returned"
        file.reviewed_by, file.reviewed_at = making.by[:160], making.now
        file.reason = reason.strip()[:LONGEST_REASON]
        return None

    def find(self, number: int) -> ProofFile | None:
        """Of this municipality only; without its content until that is asked for."""
        return self.session.scalars(
            select(ProofFile).where(
                ProofFile.id == number, ProofFile.municipality == self.municipality
            )
        ).first()

    def content(self, number: int) -> bytes | None:
        return self.session.scalar(
            select(ProofFile.content).where(
                ProofFile.id == number, ProofFile.municipality == self.municipality
            )
        )

    def of_route(self, code: Code) -> Sequence[ProofFile]:
        """A route's files, the latest first."""
        return self.session.scalars(self._of(code).order_by(ProofFile.id.desc())).all()

    def waiting(self) -> Sequence[ProofFile]:
        """Those nobody has looked at, the longest waiting first."""
        return self.session.scalars(
            select(ProofFile)
            .where(ProofFile.municipality == self.municipality, ProofFile.state == "waiting")
            .order_by(ProofFile.uploaded_at, ProofFile.id)
        ).all()

    def _of(self, code: Code) -> Select[ProofFile]:
        return select(ProofFile).where(
            ProofFile.municipality == self.municipality,
            ProofFile.person == code[0],
            ProofFile.number == code[1],
        )

    def _unfit(self, code: Code, upload: Upload, today: date) -> str | None:
        held = contents(self.session, self.municipality, code)
        if held is None or held.step(upload.step) is None:
            return "такого шага в маршруте нет"
        if held.is_draft:
            return "маршрут ещё не утверждён"
        if held.route["cancelled_on"]:
            return "маршрут отменён"
        if not upload.content:
            return "выберите файл"
        if len(upload.content) > MOST_BYTES:
            return f"файл больше {MOST_BYTES >> 20} МБ: уменьшите снимок или отсканируйте заново"
        done_on, starts_on = upload.done_on, date.fromisoformat(held.route["starts_on"])
        if done_on is None:
            return "укажите дату документа"
        if done_on > today:
            return f"дата документа ({day_text(done_on)}) ещё не наступила"
        if done_on < starts_on:
            return (
                f"документ ({day_text(done_on)}) старше маршрута, а шаг засчитывается с "
                f"{day_text(starts_on)}"
            )
        until = upload.valid_until
        if until is not None and until < max(done_on, today):
            return f"срок действия документа истёк {day_text(until)}"
        return None


def _evidence(file: ProofFile) -> Mapping[str, str]:
    return {
        "id": f"{PREFIX}{file.id}",
        "personnel_no": file.person,
        "kind": "step",
        "target": f"{file.number}/{file.step}",
        "happened_at": file.done_on.isoformat(),
        "document": document_words(file.name, file.valid_until),
    }


def document_words(name: str, valid_until: date | None) -> str:
    """What the row of `evidence` calls the file, so that its lists say how long it is valid; a
    letter that names the day leaves it out (texts/letters/_proof.txt)."""
    return f"{name}, действует до {day_text(valid_until)}" if valid_until else name
