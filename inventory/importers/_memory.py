"""Garbage is collected between chunks only, while many rows go through."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_COLLECT_EVERY: Final = 25
"""Chunks between two collections of garbage."""


@contextmanager
def calm_memory() -> Iterator[Callable[[], None]]:
    """Collect garbage between chunks only: a batch makes many objects at once, and hardly any of them in rings."""
    was_on, chunks = gc.isenabled(), 0

    def rest() -> None:
        nonlocal chunks
        chunks += 1
        if chunks % _COLLECT_EVERY == 0:
            gc.collect()

    gc.disable()
    try:
        yield rest
    finally:
        if was_on:
            gc.enable()
