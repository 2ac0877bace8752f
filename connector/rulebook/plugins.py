"""Finds rule plugins and YAML folders, and registers them; a faulty one harms only itself."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pluggy

from connector import hookspecs
from connector.rulebook import core_plugin
from connector.rulebook.faults import RuleFileFault

log = logging.getLogger(__name__)

GROUP = "connector"
CORE = "core"


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """A municipality as it was found: an installed distribution, or a folder of the rules folder.

    module: None for a bare folder and where the import failed.
    """

    municipality: str
    distribution: str | None
    version: str | None
    module: Any = None
    folders: tuple[Traversable, ...] = ()
    faults: tuple[RuleFileFault, ...] = ()


def new_manager() -> pluggy.PluginManager:
    """A manager that knows our hooks and the core's own plugin."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(core_plugin, name=CORE)
    return manager


def find_plugins(rules_dir: Path | None) -> tuple[FoundPlugin, ...]:
    """Installed plugins by entry point (its name is the municipality's code), then the folders
    below `rules_dir`; whoever comes second under a code is faulty."""
    found: dict[str, FoundPlugin] = {}
    for plugin in (*_installed(), *_folders(rules_dir)):
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


def _installed() -> Iterator[FoundPlugin]:
    points = sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value))
    # An editable installation and its build folder may both be seen: the same plugin twice.
    for point in dict.fromkeys(points):
        yield _loaded(point)


def _loaded(point: EntryPoint) -> FoundPlugin:
    dist = point.dist
    name, version = (dist.name, dist.version) if dist else (None, None)
    plugin = FoundPlugin(point.name, name, version)
    try:
        return replace(plugin, module=point.load())
    # A plugin is somebody else's code: importing it may do anything, and the others go on.
    except (Exception, SystemExit) as err:
        log.exception("plugin.not_imported municipality=%s", point.name)
        return replace(plugin, faults=(_fault(plugin, f"не импортируется: {_told(err)}"),))


def _folders(rules_dir: Path | None) -> Iterator[FoundPlugin]:
    if rules_dir is None or not rules_dir.is_dir():
        return
    for folder in sorted(rules_dir.iterdir()):
        if folder.is_dir() and not folder.name.startswith((".", "_")):
            yield FoundPlugin(folder.name, None, None, folders=(folder,))


def register(manager: pluggy.PluginManager, plugin: FoundPlugin) -> FoundPlugin:
    """Registers a plugin's module and asks it for its folders; faults are added to it."""
    if plugin.module is None:
        return plugin
    try:
        manager.register(plugin.module, name=plugin.municipality)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as err:
        if manager.has_plugin(plugin.municipality):
            manager.unregister(name=plugin.municipality)
        return _faulty(plugin, f"хук не принят: {_told(err)}")
    try:
        answers: Iterable[Iterable[Traversable]] = only(
            manager, "connector_rule_folders", plugin.municipality
        )()
        return replace(plugin, folders=tuple(f for answer in answers for f in answer))
    # The plugin's own code again.
    except (Exception, SystemExit) as err:
        log.exception("plugin.names_no_folders municipality=%s", plugin.municipality)
        return _faulty(plugin, f"connector_rule_folders: {_told(err)}")


def only(manager: pluggy.PluginManager, hook: str, name: str) -> pluggy.HookCaller:
    """A caller of `hook` that asks the plugin registered as `name` and nobody else.

    pluggy stops a call at the first exception, so isolation means asking one plugin at a time.
    """
    own = manager.get_plugin(name)
    return manager.subset_hook_caller(hook, [p for p in manager.get_plugins() if p is not own])


def _faulty(plugin: FoundPlugin, message: str) -> FoundPlugin:
    return replace(plugin, faults=(*plugin.faults, _fault(plugin, message)))


def _fault(plugin: FoundPlugin, message: str) -> RuleFileFault:
    return RuleFileFault(plugin.distribution or plugin.municipality, 0, message)


def _told(err: BaseException) -> str:
    return f"{type(err).__name__}: {err}"
