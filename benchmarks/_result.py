"""A measured figure beside its limit, and the table of them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """One line of the table. ``goal`` in words; ``held``: whether it is met (None: nothing to meet)."""

    job: str
    database: str
    machines: int
    ours: str
    limit: str
    ratio: float | None
    goal: str
    held: bool | None


def told(results: Iterable[Measured]) -> str:
    """The table as Markdown."""
    lines = ["| job | database | machines | ours | limit | ratio | goal | held |", "|---|---|---|---|---|---|---|---|"]
    for each in results:
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        held = {True: "yes", False: "**no**", None: ""}[each.held]
        lines.append(
            f"| {each.job} | {each.database} | {each.machines:,} | {each.ours} | {each.limit} | {ratio} | {each.goal} | {held} |"
        )
    return "\n".join(lines)
