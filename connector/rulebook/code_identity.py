"""Which Python a municipality's plugin is: told by its files, without importing a line of it."""

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path


def package_folder(module: str) -> Path | None:
    """Where the top package of a dotted name lies; None where it is no folder on the disk."""
    try:
        # Of a package's own name only: to find `a.b`, `a` would be imported.
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def code_identity(package: Path, version: str | None, but: Iterable[Path]) -> str:
    """SHA-256 (hex) of a version and of all files below `package`, those below `but` excepted.

    Rule files are left out because their own digest tells what of them affects judging.
    """
    digest = hashlib.sha256(str(version).encode())
    left_out = [folder.resolve() for folder in but]
    for path in sorted(package.rglob("*")):
        if "__pycache__" in path.parts or not path.is_file():
            continue
        if any(path.resolve().is_relative_to(folder) for folder in left_out):
            continue
        digest.update(f"\0{path.relative_to(package)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
