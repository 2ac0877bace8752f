"""What the domain hands round is immutable, so that a fold can be shared and asked again."""

import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module

import pytest

import connector.domain


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(connector.domain.__path__, "connector.domain."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name:
                yield value


DATACLASSES = sorted({c for c in classes() if is_dataclass(c)}, key=lambda c: c.__qualname__)


@pytest.mark.parametrize("value", DATACLASSES, ids=lambda value: value.__qualname__)
def test_a_value_is_frozen_and_has_slots(value: type) -> None:
    assert vars(value)["__dataclass_params__"].frozen
    assert "__slots__" in vars(value)


def test_the_values_are_found() -> None:
    assert len(DATACLASSES) > 40
