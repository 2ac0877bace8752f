"""The menu: rooms, and the doors inside the room one is in.

A methodist has some twenty pages. All in one row they are a wall; so the first row names what one
does, and the second what there is to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from connector.services.access.visibility import Viewer


@dataclass(frozen=True, slots=True)
class Door:
    """One page, or several that belong together."""

    title: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Room:
    """title: what one does there. doors: the first is where one enters."""

    title: str
    doors: tuple[Door, ...]

    @property
    def href(self) -> str:
        return self.doors[0].href

    @property
    def is_here(self) -> bool:
        return any(door.is_here for door in self.doors)


def rooms_for(viewer: Viewer, municipality: str | None) -> list[Room]:
    """What the viewer may enter, in the order of use; without a municipality what needs none."""
    rooms: list[tuple[str, Iterator[Door]]] = []
    if municipality is not None:
        of = {"municipality": municipality}
        figures = ("figures", "indicators", "passports", "snapshots", "effect")
        rooms += [
            ("Показатели", iter((_door("Показатели", figures, "figures.overview", **of),))),
            ("Мой профиль", _own(viewer, municipality)),
            ("Люди", _people(viewer, of)),
            ("Маршруты", _routes(viewer, of)),
            ("Записи", _records(viewer, of)),
        ]
    rooms += [
        ("Письма", _letters(viewer, municipality)),
        ("Moodle", _moodle(viewer, municipality)),
        ("Правила", _rules(viewer)),
    ]
    found = ((title, tuple(doors)) for title, doors in rooms)
    return [Room(title, doors) for title, doors in found if doors]


def _own(viewer: Viewer, municipality: str) -> Iterator[Door]:
    if viewer.sees_some_people and viewer.person is not None:
        own = {"municipality": municipality, "number": viewer.person}
        door = _door("Мой профиль", "people.profile", "people.profile", **own)
        # Somebody else's profile is not "my profile".
        is_own = (request.view_args or {}).get("number") == viewer.person
        yield Door(door.title, door.href, door.is_here and is_own)


def _people(viewer: Viewer, of: dict[str, Any]) -> Iterator[Door]:
    if viewer.sees_some_people:
        door = _door("Люди", ("people.listing", "people.profile", "choices.person"),
                     "people.listing", **of)  # fmt: skip
        # One's own profile has a door of its own.
        is_own = (request.view_args or {}).get("number") == viewer.person
        yield Door(door.title, door.href, door.is_here and not is_own)


def _routes(viewer: Viewer, of: dict[str, Any]) -> Iterator[Door]:
    if not viewer.sees_some_people:
        return
    yield _door("Все маршруты", ("people.routes", "routes.details"), "people.routes", **of)
    if viewer.answers_stalls:
        yield _door("Остановились", "stalls", "stalls.board", **of)
    if viewer.decides_routes:
        yield _door("Черновики", "drafts", "drafts.listing", **of)
        yield _door("Просьбы и файлы", "routes.waiting", "routes.waiting", **of)


def _records(viewer: Viewer, of: dict[str, Any]) -> Iterator[Door]:
    if viewer.enters_records:
        yield _door("Записи", ("records", "decisions"), "records.index", **of)
        yield _door("Курсы и тесты", "courses", "courses.listing", **of)
        yield _door("Отменено в Moodle", "withdrawals", "withdrawals.listing", **of)


def _letters(viewer: Viewer, municipality: str | None) -> Iterator[Door]:
    if municipality is not None and viewer.sees_some_people:
        of = {"municipality": municipality}
        yield _door("Отправленные", "post.letter", "post.letters", **of)
        yield _door("Уведомления", ("post.notices", "bursts"), "post.notices", **of)
    elif municipality is not None and viewer.enters_records:
        # Whoever sees no people decides about what is held back all the same.
        yield _door("Задержано", "bursts", "bursts.listing", municipality=municipality)
    if municipality is not None and viewer.enters_records:
        yield _door("Образцы", "samples", "samples.listing", municipality=municipality)
    yield _door("Мои письма", ("choices.own", "choices.save", "ways"), "choices.own")


def _moodle(viewer: Viewer, municipality: str | None) -> Iterator[Door]:
    if viewer.sees_deliveries:
        yield _door("События Moodle", "deliveries", "deliveries.listing")
        yield _door("Учётные записи", "accounts", "accounts.listing")
        if municipality is not None:
            acting = ("actions", "frameworks")
            of = {"municipality": municipality}
            yield _door("Действия в Moodle", acting, "actions.listing", **of)
        yield _door("Источники", ("sources", "connecting"), "sources.listing")
        yield _door("Неполадки", "alarms", "alarms.listing")
    if viewer.administers:
        yield _door("Вебхуки", "webhooks", "webhooks.listing")


def _rules(viewer: Viewer) -> Iterator[Door]:
    if viewer.sees_deliveries:
        yield _door("Правила", ("rules", "trials"), "rules.listing")


def _door(title: str, part: str | tuple[str, ...], endpoint: str, **values: Any) -> Door:
    """part: the beginning, or beginnings, of the endpoints behind this door."""
    is_here = (request.endpoint or "").startswith(part)
    return Door(title, url_for(endpoint, **values), is_here)
