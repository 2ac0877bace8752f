"""Finds rule plugins and YAML folders; a faulty one harms only itself.

A plugin is somebody else's code, which may do anything as soon as it is imported. So it never is in
this process: a child is asked what the package is, and later what it says (connector.isolation).
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from importlib.resources.abc import Traversable
from pathlib import Path

from connector.domain.because import SubjectKind
from connector.isolation.answers import Refused
from connector.isolation.asker import PROPOSE, Asker, Description
from connector.isolation.confined import Confined
from connector.rulebook.code_identity import code_identity, package_folder
from connector.rulebook.faults import RuleFileFault

log = logging.getLogger(__name__)

GROUP = "connector"
PACKAGE = "connector_"
"""A plugin's package is called by its municipality's code behind this."""
RULES = "rules"
"""The folder of a package that is read where its Python cannot be asked for folders."""

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """A municipality as it was found: an installed distribution, or a folder of the rules folder.

    asker: answers for its Python; None where it has no hooks, or must not be asked. hooks: those
    asked whenever a subject is judged; proposes: whether it has drafts of its own. is_silent: it
    may have something to say and cannot be asked. code: which Python it is, None where none of it
    bears on judging.
    """

    municipality: str
    distribution: str | None
    version: str | None
    folders: tuple[Traversable, ...] = ()
    faults: tuple[RuleFileFault, ...] = ()
    asker: Asker | None = None
    hooks: frozenset[str] = frozenset()
    subjects: frozenset[SubjectKind] = frozenset(SubjectKind)
    is_silent: bool = False
    code: str | None = None
    proposes: bool = False

    @property
    def answers(self) -> frozenset[str]:
        """Every hook that its Python answers."""
        return self.hooks | {PROPOSE} if self.proposes else self.hooks


def find_plugins(rules_dir: Path | None, safe_mode: bool = False) -> tuple[FoundPlugin, ...]:
    """Installed plugins by entry point (its name is the municipality's code), then the folders
    below `rules_dir`; whoever comes second under a code is faulty. safe_mode: no plugin's Python is
    run, only its rule files are read."""
    found: dict[str, FoundPlugin] = {}
    for plugin in (*_installed(safe_mode), *folder_plugins(rules_dir)):
        held = found.get(plugin.municipality)
        if held is None:
            found[plugin.municipality] = plugin
            continue
        whose = plugin.distribution or "папка правил"
        fault = RuleFileFault(
            plugin.municipality, 0, f"муниципалитет назван дважды, не действует: {whose}"
        )
        found[plugin.municipality] = replace(held, faults=(*held.faults, fault))
    return tuple(found[code] for code in sorted(found))


def _installed(safe_mode: bool) -> list[FoundPlugin]:
    points = sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value))
    # An editable installation and its build folder may both be seen: the same plugin twice.
    unique = list(dict.fromkeys(points))
    if safe_mode:
        return [_unasked(point) for point in unique]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(_asked, unique))


def plugin_in(package: Path) -> FoundPlugin:
    """A plugin's package that need not be installed: `…/connector_<code>`, to be tried.

    Raises Refused where its Python cannot be used.
    """
    code = package.name.removeprefix(PACKAGE)
    asker = Confined(code, package.name, before=(str(package.parent),))
    described = asker.describe()
    folders = tuple(Path(folder) for folder in described.folders)
    plugin = FoundPlugin(code, package.name, None, folders)
    if not described.hooks:
        return plugin
    hooks = described.hooks - {PROPOSE}
    return replace(
        plugin,
        asker=asker,
        hooks=hooks,
        subjects=described.subjects,
        code=code_identity(package, None, folders) if hooks else None,
        proposes=PROPOSE in described.hooks,
    )


_described: dict[tuple[str, str], Description] = {}
"""By entry point and code: a process that builds several containers asks once."""


def _asked(point: EntryPoint) -> FoundPlugin:
    name, version = _distribution(point)
    asker = Confined(point.name, point.value)
    package = package_folder(point.module)
    whole = (point.value, code_identity(package, version, ()) if package else "")
    try:
        described = _described.get(whole) or asker.describe()
    except Refused as err:
        log.error("plugin.refused municipality=%s", point.name)
        fault = RuleFileFault(name or point.name, 0, str(err))
        return replace(_unasked(point), faults=(fault,))
    _described[whole] = described
    folders = tuple(Path(folder) for folder in described.folders)
    if not described.hooks:
        return FoundPlugin(point.name, name, version, folders)
    hooks = described.hooks - {PROPOSE}
    code = code_identity(package, version, folders) if package else str(version)
    return FoundPlugin(
        point.name,
        name,
        version,
        folders,
        asker=asker,
        hooks=hooks,
        subjects=described.subjects,
        # Drafts are judged by nobody: who proposes otherwise than before judges as before.
        code=code if hooks else None,
        proposes=PROPOSE in described.hooks,
    )


def _unasked(point: EntryPoint) -> FoundPlugin:
    """A plugin with its rule files alone, as far as they can be found without asking it."""
    name, version = _distribution(point)
    package = package_folder(point.module)
    folder = package / RULES if package else None
    folders = (folder,) if folder is not None and folder.is_dir() else ()
    return FoundPlugin(point.name, name, version, folders, is_silent=True, code="unasked")


def _distribution(point: EntryPoint) -> tuple[str | None, str | None]:
    return (point.dist.name, point.dist.version) if point.dist else (None, None)


def folder_plugins(rules_dir: Path | None) -> Iterator[FoundPlugin]:
    """The YAML folders below `rules_dir`, each a municipality."""
    if rules_dir is None or not rules_dir.is_dir():
        return
    for folder in sorted(rules_dir.iterdir()):
        if folder.is_dir() and not folder.name.startswith((".", "_")):
            yield FoundPlugin(folder.name, None, None, folders=(folder,))
