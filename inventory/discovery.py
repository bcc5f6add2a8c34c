"""Finds plug-ins: one module, one plug-in, no list to edit."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


@cache
def find(package: str, attribute: str) -> dict[str, Any]:
    """Every public module of *package* that has *attribute*, as ``{module name: attribute}``, by name."""
    found: dict[str, Any] = {}
    for name, module in _modules(package):
        if hasattr(module, attribute):
            found[name] = getattr(module, attribute)
    return found


def _modules(package: str) -> Iterator[tuple[str, Any]]:
    parent = import_module(package)
    for info in sorted(iter_modules(parent.__path__), key=lambda each: each.name):
        if not info.name.startswith("_"):
            yield info.name, import_module(f"{package}.{info.name}")


@cache
def find_across(attribute: str, module: str = "guards", package: str = "inventory") -> dict[str, Any]:
    """Merge the mapping *attribute* of every ``<package>.<concept>.<module>`` that exists.

    Two concepts that provide the same name are a mistake of the programmer and stop the start.
    """
    merged: dict[str, Any] = {}
    parent = import_module(package)
    for info in sorted(iter_modules(parent.__path__), key=lambda each: each.name):
        if not info.ispkg:
            continue
        concept = import_module(f"{package}.{info.name}")
        if any(each.name == module for each in iter_modules(concept.__path__)):
            # Another concept may have a module of that name about something else.
            provided: dict[str, Any] = getattr(import_module(f"{package}.{info.name}.{module}"), attribute, {})
            if twice := merged.keys() & provided.keys():
                raise RuntimeError(f"{sorted(twice)} provided twice, the second time by {info.name}")
            merged |= provided
    return merged
