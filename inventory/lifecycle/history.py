"""The register as it stood: every machine's state at the end of a day, as it was known at a moment."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from inventory.lifecycle.loading import load_ledger_page
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import State

PAGE = 1_000
"""Assets held in memory at a time."""


def states_at(session: Session, before: datetime | None, as_at: datetime | None) -> Iterator[tuple[int, State]]:
    """(asset number, state) of every machine from the lines that happened before *before*.

    Only what was recorded by *as_at* is known; corrections apply whenever they happened (see
    docs/decisions). Reads the whole ledger, a page of machines at a time: minutes for millions of lines.
    """
    after = 0
    while page := load_ledger_page(session, after, PAGE):
        after = page[-1][0].id
        for asset, found in page:
            known = [line for line, _, _ in found if as_at is None or line.recorded_at <= as_at]
            yield asset.id, replay(known, before=before)
