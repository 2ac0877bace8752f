"""connector sources files: what a Moodle takes as it is, written into a folder."""

import argparse
import os
from pathlib import Path

from connector.cli.output import Output
from connector.cli.session import container
from connector.dialects.native_settings import settings_text
from connector.dialects.tool_trigger_files import workflows
from connector.domain.signals import Dialect
from connector.errors import ConnectorError, reason_of
from connector.moodle.rights import ROLE, role_file
from connector.moodle_plugin import build_zip
from connector.runtime.check_source import acting_functions
from connector.services.sources.sources import SourceDetails, SourceService
from connector.web.role_words import ROLE_ABOUT, ROLE_NAME


def files(arguments: argparse.Namespace, output: Output) -> int:
    """The same files as the page offers; those with the secret while it may be looked up."""
    with container() as made:
        with made.db.reading() as session:
            source = SourceService(session, made.box).get(arguments.code)
        shows = source.shows_secret(made.clock.now())
        acting = acting_functions(made.rulebook, source)
        role = role_file(ROLE_NAME, ROLE_ABOUT, acting).encode()
        contents = {f"{ROLE}.xml": role, **_contents(source, made.config.public_url, shows)}
    folder = Path(arguments.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            _write(folder / name, content)
    except OSError as err:
        raise ConnectorError(f"Записать в {folder} не удалось: {reason_of(err)}.") from err
    lines = [f"{folder / name}" for name in contents]
    has_secret_files = source.dialect in (Dialect.NATIVE, Dialect.TOOL_TRIGGER)
    if has_secret_files and not shows:
        lines.append(
            "Секрет больше не показывается, поэтому файлов с ним нет. Смените его: "
            f"connector sources rotate {source.code}"
        )
    elif has_secret_files:
        lines.append("В файлах секрет: они доступны только вам, не пересылайте их открыто.")
    output.result({"code": source.code, "files": [str(folder / n) for n in contents]}, lines)
    return 0


def _contents(source: SourceDetails, base: str, shows: bool) -> dict[str, bytes]:
    endpoint, secret = f"{base}{source.hook}", source.secrets[0]
    found: dict[str, bytes] = {}
    if source.dialect is Dialect.NATIVE:
        found[build_zip.name()] = build_zip.packed()
        if shows:
            found[f"connector-{source.code}.txt"] = settings_text(endpoint, secret).encode()
    if source.dialect is Dialect.TOOL_TRIGGER and shows:
        made = workflows(endpoint, secret)
        found |= {name: text.encode() for name, text in made.items()}
    return found


def _write(path: Path, content: bytes) -> None:
    """Readable by its owner alone from the first byte on; an older one is replaced whole."""
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(content)
