"""Cells of files that people open in a spreadsheet: text stays text."""

import re
from typing import Final

PLAIN_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)([eE][+-]?\d+)?")
_GUARDED: Final = re.compile(r"'*[=+\-@\t\r]")


def guard_formula(text: str) -> str:
    """*text* as an exported cell: an apostrophe in front of what a spreadsheet would run, never a number.

    ``strip_formula_guard`` undoes it exactly, also for text that had an apostrophe of its own.
    """
    return f"'{text}" if _GUARDED.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def strip_formula_guard(cell: str) -> str:
    """The text that ``guard_formula`` made *cell* of; other cells as they are."""
    if cell[:1] == "'" and _GUARDED.match(cell) and not PLAIN_NUMBER.fullmatch(cell[1:]):
        return cell[1:]
    return cell
