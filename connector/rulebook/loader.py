"""A municipality's rule folders → its rules, or every fault of them at once.

A folder holds municipality.yaml (in exactly one of a municipality's folders), indicators.yaml
and/or indicators/*.yaml, passports.yaml (its own building blocks), documents.yaml and roadmap.yaml
(what there ought to be), notices.yaml and samples.yaml (what people are told, and how that looks),
examples.yaml and scenarios.yaml, which only tests and checks read.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from connector import __version__
from connector.domain.dossier import DraftPolicy
from connector.domain.letter_samples import LetterSample
from connector.domain.levels import Scale, Scales
from connector.domain.records import Document
from connector.domain.roadmaps import PlannedItem
from connector.domain.stall_policy import StallPolicy
from connector.domain.words import CORE
from connector.domain.words.vocabulary import Vocabulary
from connector.errors import reason_of
from connector.rulebook.amendments import Amending, Amendment
from connector.rulebook.dated import out_of_order
from connector.rulebook.documents import MAX_BYTES, Node, read_document
from connector.rulebook.faults import RuleFileFault, RulesRefused, near_miss
from connector.rulebook.indicator_files import IndicatorReader
from connector.rulebook.letter_policies import kinds_of_letters, letter_policy, policy_faults
from connector.rulebook.moodle_wishes import moodle_wishes
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.notice_files import notices_in
from connector.rulebook.passports import Passports, passports_in, shared_passports
from connector.rulebook.register_files import documents_in, roadmap_in
from connector.rulebook.sample_files import samples_in
from connector.rulebook.schemas import IndicatorsFileSchema, MunicipalitySchema, load
from connector.rulebook.stall_files import policy_of, stall_faults

FILES = (
    "municipality.yaml",
    "indicators.yaml",
    "passports.yaml",
    "documents.yaml",
    "roadmap.yaml",
    "notices.yaml",
    "samples.yaml",
    "examples.yaml",
    "scenarios.yaml",
)


def load_rules(
    code: str,
    folders: Sequence[Traversable],
    vocabulary: Vocabulary = CORE,
    shared: Passports | None = None,
    amendments: Sequence[Amendment] = (),
) -> MunicipalityRules:
    """Reads a municipality's folders as one. Raises RulesRefused with all faults of all files.

    amendments: numbers that are other ones than the files say, for a trial.
    """
    known = shared_passports() if shared is None else shared
    return _Loader(code, vocabulary, known, amendments).load(folders)


class _Loader:
    def __init__(
        self,
        code: str,
        vocabulary: Vocabulary,
        shared: Passports,
        amendments: Sequence[Amendment],
    ) -> None:
        self._code = code
        self._vocabulary = vocabulary
        self._amending = Amending(vocabulary, amendments)
        self._passports = dict(shared)
        self._faults: list[RuleFileFault] = []
        self._municipality: list[Node] = []
        self._indicators: list[Node] = []
        self._documents: tuple[Document, ...] = ()
        self._roadmap: tuple[PlannedItem, ...] = ()
        self._notices: list[Node] = []
        self._samples: tuple[LetterSample, ...] = ()

    def load(self, folders: Sequence[Traversable]) -> MunicipalityRules:
        if not folders:
            self._blame("плагин не назвал ни одной папки с правилами")
            raise RulesRefused(self._faults)
        for folder in folders:
            self._read_folder(folder)
        settings = self._settings()
        reader = IndicatorReader(self._vocabulary, self._passports, self._faults, self._amending)
        indicators = reader.read(self._indicators)
        notices = notices_in(self._notices, reader, self._faults)
        if settings is not None:
            own = {**kinds_of_letters(folders), **notices.roles}
            self._faults += policy_faults(settings["letters"] or {}, own, self._municipality[0])
        self._faults += self._amending.faults()
        if not indicators and not self._faults:
            self._blame("в правилах нет ни одного показателя")
        if self._faults or settings is None:
            raise RulesRefused(self._faults)
        zone: ZoneInfo = settings["timezone"]
        scales = _scales(settings["scales"])
        moodle = moodle_wishes(settings["moodle"])
        stalls = policy_of(settings["stalls"])
        return MunicipalityRules(
            code=self._code,
            title=settings["title"],
            zone=zone,
            indicators=indicators,
            scales=scales,
            stalls=stalls,
            weekly_stalls=settings["stalls"] is None or settings["stalls"]["weekly_digest"],
            auto_match_email=settings["auto_match_email"],
            closing_hour=settings["closing_hour"],
            digest_hour=settings["digest_hour"],
            quiet_from=settings["quiet"]["first"],
            quiet_until=settings["quiet"]["until"],
            digest=_digest(
                str(zone),
                scales,
                stalls,
                # Whoever is to be enrolled is found by judging everybody, so a wish counts here.
                [reader.judging, self._documents, self._roadmap, notices.judging, moodle.enrol],
            ),
            letters=notices.letters,
            letter_policy=letter_policy(settings["letters"] or {}),
            documents=self._documents,
            roadmap=self._roadmap,
            numbers=self._amending.numbers,
            notices=notices.rules,
            samples=self._samples,
            drafts=DraftPolicy(**(settings["drafts"] or {})),
            moodle=moodle,
        )

    def _read_folder(self, folder: Traversable) -> None:
        if not folder.is_dir():
            self._blame(f"нет папки с правилами: {folder.name}")
            return
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.is_dir():
                if entry.name == "indicators":
                    self._read_indicator_folder(entry)
            elif entry.name.endswith((".yaml", ".yml")):
                self._read_file(entry)

    def _read_indicator_folder(self, folder: Traversable) -> None:
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".yaml"):
                self._take_indicators(self._document(entry, f"{folder.name}/{entry.name}"))

    def _read_file(self, entry: Traversable) -> None:
        match entry.name:
            case "municipality.yaml":
                self._municipality += _present(self._document(entry, entry.name))
            case "indicators.yaml":
                self._take_indicators(self._document(entry, entry.name))
            case "passports.yaml":
                self._take_passports(self._document(entry, entry.name))
            case "documents.yaml":
                document = self._document(entry, entry.name)
                if document is not None:
                    self._documents += documents_in(document, self._faults)
            case "roadmap.yaml":
                document = self._document(entry, entry.name)
                if document is not None:
                    self._roadmap += roadmap_in(document, self._faults)
            case "notices.yaml":
                self._notices += _present(self._document(entry, entry.name))
            case "samples.yaml":
                document = self._document(entry, entry.name)
                if document is not None:
                    self._samples += samples_in(document, self._faults)
            case "examples.yaml" | "scenarios.yaml":
                pass
            case _:
                hint = near_miss(entry.name, FILES)
                self._blame(f"неизвестный файл{hint}", entry.name)

    def _document(self, entry: Traversable, name: str) -> Node | None:
        try:
            with entry.open("rb") as file:
                # One byte more than is allowed tells a longer file without reading it whole.
                return read_document(file.read(MAX_BYTES + 1), f"{self._code}/{name}")
        except RulesRefused as err:
            self._faults += err.faults
        except OSError as err:
            self._blame(f"не читается: {reason_of(err)}", name)
        return None

    def _take_indicators(self, document: Node | None) -> None:
        if document is None or not load(IndicatorsFileSchema(), document, self._faults):
            return
        named = document.entries.get("document")
        for node in document.entries["indicators"].items:
            self._indicators.append(_with_document(node, named) if named else node)

    def _take_passports(self, document: Node | None) -> None:
        if document is None:
            return
        for name, node in passports_in(document, self._faults).items():
            if name in self._passports:
                self._faults.append(node.fault(f"паспорт «{name}» уже есть среди общих"))
            self._passports[name] = node

    def _settings(self) -> dict[str, Any] | None:
        if not self._municipality:
            if not any(f.file == f"{self._code}/municipality.yaml" for f in self._faults):
                self._blame("файла нет, а он обязателен", "municipality.yaml")
            return None
        node, *others = (self._amending.municipality(one) for one in self._municipality)
        self._faults += [other.fault("municipality.yaml повторён") for other in others]
        settings = load(MunicipalitySchema(), node, self._faults)
        if settings is None:
            return None
        if settings["code"] != self._code:
            wrong = node.at(("code",))
            self._faults.append(
                wrong.fault(f"code: «{settings['code']}», а правила лежат под «{self._code}»")
            )
        self._check_scales(settings["scales"], node)
        self._faults += stall_faults(settings["stalls"], node)
        return settings

    def _check_scales(self, scales: list[dict[str, Any]], node: Node) -> None:
        for number, scale in enumerate(scales):
            if not scale["high_percent"] > scale["elevated_percent"] > scale["base_percent"] > 0:
                place = node.at(("scales", number))
                self._faults.append(
                    place.fault("пороги: high_percent > elevated_percent > base_percent > 0")
                )
        self._faults += out_of_order(scales, node.at(("scales",)))

    def _blame(self, message: str, name: str = "") -> None:
        self._faults.append(RuleFileFault(f"{self._code}/{name}".rstrip("/"), 0, message))


def _with_document(node: Node, document: Node) -> Node:
    """The indicator with the file's document in its basis, unless it names its own."""
    basis = node.entries.get("basis")
    if basis is None or not basis.entries:
        return node
    whole = replace(basis, value={"document": document, **basis.entries})
    return replace(node, value={**node.entries, "basis": whole})


def _present(document: Node | None) -> list[Node]:
    return [] if document is None else [document]


def _scales(scales: Sequence[Mapping[str, Any]]) -> Scales:
    if not scales:
        return Scales()
    return Scales(
        tuple(
            (
                scale["valid_from"],
                Scale(
                    scale["high_percent"],
                    scale["elevated_percent"],
                    scale["base_percent"],
                    scale["source"],
                ),
            )
            for scale in scales
        )
    )


def _digest(zone: str, scales: Scales, stalls: StallPolicy, judging: Sequence[Any]) -> str:
    versions = [
        [str(day), str(scale.high), str(scale.elevated), str(scale.base)]
        for day, scale in scales.versions
    ]
    # The words are the connector's own, so another version of it may judge otherwise.
    parts = [__version__, zone, versions, asdict(stalls), judging]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
