"""The lifecycle in words, read from its table: for the documentation page, the docs folder and the terminal. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.accounts.permissions import PERMISSIONS
from inventory.lifecycle.event_types import EVENT_TYPES, NEW, EventType
from inventory.lifecycle.fields import Choice, Flag, Lines, Words, schema_of
from inventory.register.statuses import ON_SITE, STATUSES

_MANY = 7
"""An event that is possible from so many statuses is told in a sentence, not drawn as arrows."""


@dataclass(frozen=True)
class Move:
    """One arrow of the diagram: the events that lead from one status to another."""

    source: str
    target: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """One event in words."""

    row: EventType
    comes_from: str
    leads_to: str
    counts_as: str
    needs: tuple[str, ...]
    says: tuple[str, ...]
    permission: str


def in_words(name: str) -> str:
    """must_have_been_used -> must have been used."""
    return name.replace("_", " ")


def statuses_in_words(statuses: Iterable[str]) -> str:
    """The statuses of one row, shortened where they are all or nearly all."""
    found = set(statuses)
    parts = ["a new record"] if NEW in found else []
    found.discard(NEW)
    everywhere = frozenset(STATUSES) - {"withdrawn"}
    if found >= everywhere:
        parts.append("any status" if "withdrawn" in found else "any status but Withdrawn")
        found = set()
    elif found >= ON_SITE:
        parts.append("any status on site")
        found -= ON_SITE
    elif len(missing := ON_SITE - found) == 1:
        parts.append(f"any status on site but {STATUSES[next(iter(missing))].label}")
        found -= ON_SITE
    parts += [status.label for status in STATUSES.values() if status.key in found]
    return ", ".join(parts)


def details_of(row: EventType) -> tuple[str, ...]:
    """What the details of *row* must and may say, one entry each; what must be said first."""
    shapes = schema_of(row.schema).fields
    told = []
    for name, shape in sorted(shapes.items(), key=lambda item: (not item[1].required, item[0] in ("note", "notes"))):
        words = in_words(name)
        if isinstance(shape, Choice) and len(shape.labels) <= 7:
            words += f" ({', '.join(shape.labels.values())})"
        elif isinstance(shape, Lines):
            words += " (a list)"
        elif isinstance(shape, Flag):
            words += " (yes or no)"
        if isinstance(shape, Words) and shape.metadata.get("personal"):
            words += " [free text]"
        told.append(f"**{words}**" if shape.required else words)
    return tuple(told)


def told(row: EventType) -> Told:
    """*row* in words."""
    conditions = [in_words(getattr(each, "__name__", "")) for each in (*row.conditions, *row.needs)]
    guards = [f"{in_words(name)} (safeguard)" for name in row.guards]
    return Told(
        row,
        statuses_in_words(row.allowed_from),
        row.target_text(),
        row.counts_as,
        tuple(conditions + guards),
        details_of(row),
        PERMISSIONS.get(row.permission, row.permission),
    )


def everything() -> list[Told]:
    """Every event type in words, in the table's order."""
    return [told(row) for row in EVENT_TYPES.values()]


def moves() -> list[Move]:
    """The arrows between statuses, for events that lead from a few statuses to one."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in EVENT_TYPES.values():
        if not isinstance(row.leads_to, str) or row.leads_to == "same" or len(row.allowed_from) >= _MANY:
            continue
        for source in row.allowed_from:
            if row.leads_to != source:
                found.setdefault((source, row.leads_to), []).append(row.label)
    return [Move(source, target, tuple(labels)) for (source, target), labels in sorted(found.items())]


def from_nearly_everywhere() -> list[Told]:
    """Events that change the status and are possible from so many that arrows would hide the rest."""
    return [each for each in everything() if len(each.row.allowed_from) >= _MANY and each.row.leads_to != "same"]


def markdown() -> str:
    """The whole table as a Markdown document."""
    lines = [
        "# Lifecycle",
        "",
        "Generated from `inventory/lifecycle/event_types.py` and `inventory/register/statuses.py` by "
        "`flask lifecycle`; do not edit by hand.",
        "",
        "## Statuses",
        "",
        "| Status | Meaning | Still here | Somebody should act |",
        "|---|---|---|---|",
    ]
    for status in STATUSES.values():
        here, waiting = ("yes" if flag else "" for flag in (status.on_site, status.waiting))
        lines.append(f"| {status.label} (`{status.key}`) | {status.meaning} | {here} | {waiting} |")
    lines += [
        "",
        "## Events",
        "",
        "In the last column, what must be said is bold.",
        "",
        "| Event | From | To | Counts as | Needs | Who may | Says |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in everything():
        cells = (
            f"{each.row.label} (`{each.row.key}`)",
            each.comes_from,
            each.leads_to,
            each.counts_as,
            "; ".join(each.needs),
            f"`{each.row.permission}`",
            "; ".join(each.says),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", "## Diagram", "", "```mermaid", "stateDiagram-v2"]
    for move in moves():
        source = "[*]" if move.source == NEW else move.source
        lines.append(f"  {source} --> {move.target}: {' / '.join(move.labels)}")
    lines += ["```", "", "Possible from many statuses, so not drawn:", ""]
    lines += [f"- {each.row.label}: from {each.comes_from} to {each.leads_to}." for each in from_nearly_everywhere()]
    return "\n".join(lines) + "\n"
