"""Writes sets of factors. A set is never changed and never taken away: a new one takes its place from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import KeyConflict, NotAllowed
from inventory.footprint.factors import shipped
from inventory.footprint.models import FactorSet
from inventory.footprint.schemas import check_set
from inventory.lifecycle.requests import Recorder

BRING: Final = "import"
"""The permission that bringing in factors takes."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a set: ``recorded`` or ``already`` (the same file came before)."""

    key: str
    title: str
    values: int
    outcome: str


def record_sets(session: Session, sets: Sequence[Any], sha256: str, who: Recorder) -> list[Recorded]:
    """Put *sets* (JSON objects, as `factors` describes them) on record; *sha256*: of the file they came in.

    The key of a set is the key of the request: the same file once more changes nothing, another one is refused.
    """
    if BRING not in who.permissions:
        raise NotAllowed("Your role does not allow bringing in factors; it takes the permission “import”.")
    contents = [check_set(each) for each in sets]
    keys = [each["key"] for each in contents]
    asked = select(FactorSet.key, FactorSet.sha256).where(FactorSet.key.in_(keys))
    present = {row.key: row.sha256 for row in session.execute(asked)}
    taken = {each.key for each in shipped()}
    told = []
    for content in contents:
        key = content["key"]
        known = present.get(key)
        if key in taken or known not in (None, sha256):
            raise KeyConflict(f"The set of factors {key} is on record and is not changed. Give this one a new key.")
        if known is None:
            session.add(
                FactorSet(
                    key=key,
                    subject=content["subject"],
                    content=content,
                    sha256=sha256,
                    recorded_at=who.now,
                    account_id=who.account_id,
                )
            )
            present[key] = sha256
        told.append(Recorded(key, content["title"], len(content["values"]), "already" if known else "recorded"))
    session.flush()
    return told
