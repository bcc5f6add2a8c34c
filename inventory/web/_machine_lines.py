"""The life of a machine as its page tells it: one entry per line of the ledger."""

from types import SimpleNamespace
from typing import Any

from flask import url_for

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.web import _words as words
from inventory.web._finding import Found
from inventory.web._shell import settings


def lines_shown(
    found: Found, names: dict[tuple[str, str], str], drives: dict[str, str], may_correct: bool
) -> list[SimpleNamespace]:
    """The lines of the machine in their order, corrected ones struck through, replacements behind what they replace."""
    zone = settings().zone
    corrections = {each.line.voids: each for each in found.machine.lines if each.line.voids}
    place = {each.line.key: (each.line.occurred_at, each.line.sequence) for each in found.machine.lines}

    def order(each: Any) -> tuple[Any, ...]:
        line = each.line
        # A replacement stands right behind the line whose place it takes.
        return (*place[line.replaces], line.sequence) if line.replaces in place else (*place[line.key], 0)

    shown = []
    for each in sorted((one for one in found.machine.lines if not one.line.voids), key=order):
        line, voiding = each.line, corrections.get(each.line.key)
        row = EVENT_TYPES.get(line.kind)
        correct = may_correct and voiding is None
        shown.append(
            SimpleNamespace(
                label=row.label if row else line.kind,
                icon=row.icon if row else "circle",
                when=words.happened(line, zone),
                who=each.actor_name,
                recorded=words.recorded_later(line, zone),
                words=[
                    pair for pair in words.details_in_words(line, names, drives, each.personal) if pair[1] != found.tag
                ],
                erased=each.erased,
                voided=voiding is not None,
                correction=_correction(voiding) if voiding else None,
                replaces=_anchor(place, line.replaces),
                anchor=_anchor(place, line.key),
                hash=_short(each),
                correct=url_for("web_events.correct", tag=found.tag, key=line.key) if correct else None,
            )
        )
    return shown


def _anchor(place: dict[str, tuple[Any, int]], key: str | None) -> str | None:
    return f"line-{place[key][1]}" if key in place else None


def _short(each: Any) -> str:
    found = getattr(each, "hash", b"")
    return bytes(found).hex()[:10] if found else ""


def _correction(voiding: Any) -> str:
    day = words.when(voiding.line.recorded_at, settings().zone, "day")
    reason = (voiding.personal or {}).get("reason")
    told = f": {reason}" if reason else "; the reason was erased" if voiding.erased else ""
    return f"Corrected by {voiding.actor_name} on {day}{told}"
