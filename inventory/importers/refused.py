"""The rows that did not come in: kept as they are found, and given back as a table to mend and try again."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

from .tables import Table
from .validation import Problem
from .values import PLAIN_NUMBER

REASON: Final = "refused: reason"
VERDICTS: Final = ("refused", "differs", "noted", "changed", "new", "already")
"""What may become of a row, problems first."""
ROW: Final = "refused: row"
_RISKY = re.compile(r"[=+\-@\t\r]")


class ProblemFile:
    """Problems row by row in a file of JSON lines: as many as there are, in constant memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = path.open("w", encoding="utf-8")

    def add(self, row: int, verdict: str, problems: list[Problem]) -> None:
        """A row with what is wrong; rows come in their order. *verdict*: refused, differs or noted."""
        told = [[each.field, each.value[:300], each.sentence, each.fatal] for each in problems]
        self._handle.write(json.dumps([row, verdict, told], ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Write out what is held back."""
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def read_problems(path: Path) -> Iterator[tuple[int, str, list[Any]]]:
    """(row, verdict, [[field, value, sentence, fatal], ...]) as ``ProblemFile`` kept them."""
    if path.exists():
        with path.open(encoding="utf-8") as handle:
            for line in handle:
                row, verdict, problems = json.loads(line)
                yield row, verdict, problems


def problems_first(path: Path) -> Iterator[tuple[int, str, list[Any]]]:
    """As ``read_problems``, but in the order of VERDICTS."""
    for wanted in VERDICTS:
        yield from (each for each in read_problems(path) if each[1] == wanted)


def inert(cell: str) -> str:
    """*cell* so that a spreadsheet shows it and does not run it; an import reads it as it was."""
    return f"'{cell}" if _RISKY.match(cell) and not PLAIN_NUMBER.fullmatch(cell) else cell


def write_refused(table: Table, problems: Path, out: Path) -> int:
    """Write the refused rows of *table* to *out*, a CSV: its own columns, then row number and reason.

    Returns how many. Mended, the file can be imported as it is.
    """
    count = 0
    refused = ((row, told) for row, verdict, told in read_problems(problems) if verdict == "refused")
    with out.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([*(inert(header) for header in table.headers), ROW, REASON])
        wanted = next(refused, None)
        for number, cells in table.rows():
            if wanted is None:
                break
            if number != wanted[0]:
                continue
            reason = " ".join(sentence for _, _, sentence, fatal in wanted[1] if fatal)
            kept = [inert(cell) for cell in cells[: len(table.headers)]]
            writer.writerow([*kept, number, inert(reason)])
            count += 1
            wanted = next(refused, None)
    return count
