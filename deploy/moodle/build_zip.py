"""Packs the Moodle plugin beside this file into a zip that a Moodle administrator uploads.

    python3 deploy/moodle/build_zip.py FOLDER

The same sources give the same bytes, so that a download can be compared with what was reviewed.
Needs Python alone: whoever builds it need not have installed the connector.
"""

import re
import sys
import zipfile
from io import BytesIO
from pathlib import Path

PLUGIN = Path(__file__).resolve().parent / "municipal"
# The first day a zip can tell; when a file was checked out says nothing.
EPOCH = (1980, 1, 1, 0, 0, 0)


def release() -> str:
    """As version.php has it."""
    found = re.search(r"->release\s*=\s*'([^']+)'", (PLUGIN / "version.php").read_text("utf-8"))
    if found is None:
        raise SystemExit("deploy/moodle/municipal/version.php names no release")
    return found[1]


def name() -> str:
    """Of the zip, as it is downloaded and uploaded."""
    return f"local_municipal-{release()}.zip"


def packed() -> bytes:
    """The zip."""
    files = sorted(path for path in PLUGIN.rglob("*") if path.is_file())
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for file in files:
            # Moodle names the plugin by the one folder in the zip.
            entry = zipfile.ZipInfo(f"municipal/{file.relative_to(PLUGIN).as_posix()}", EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes(), compresslevel=9)
    return made.getvalue()


def build(folder: Path) -> Path:
    """Writes the zip into `folder` and returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name()
    path.write_bytes(packed())
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.stdout.write(f"{build(Path(sys.argv[1]))}\n")
