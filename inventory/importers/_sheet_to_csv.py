"""Program of its own: one sheet of a spreadsheet to CSV, under a limit on memory and processor time.

Run as ``python -I _sheet_to_csv.py SPREADSHEET OUT SHEET MAX_COLUMNS MEMORY_MIB SECONDS``; facts or a
refusal go to standard output as JSON. It stands apart because a small spreadsheet can unfold into
more cells than a machine has memory, and only the operating system can stop the reader then.
"""

import csv
import datetime
import json
import sys
from typing import Any

MAX_FILLED = 1_000_000
"""Most cells that merged ranges may fill."""


def as_text(cell: Any) -> str:
    """A cell in words: a date in ISO form, a whole number without the point a spreadsheet adds."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, (datetime.date, datetime.time)) else str(cell)


def convert(source: str, target: str, wanted: str, max_columns: int) -> dict[str, Any]:
    """Write the sheet; returns its name, all names, and how many merged ranges were filled."""
    from python_calamine import (
        CalamineWorkbook,
    )  # here, so that the limits hold for its own start too

    with CalamineWorkbook.from_path(source) as workbook:
        names = workbook.sheet_names
        if wanted and wanted not in names:
            return {"refused": "sheet", "sheets": names}
        if not names:
            return {"refused": "empty"}
        sheet = workbook.get_sheet_by_name(wanted or names[0])
        last_row, last_column = sheet.end or (0, 0)
        if last_column >= max_columns:
            return {"refused": "columns", "count": last_column + 1}
        merged = sheet.merged_cell_ranges or []
        starting: dict[int, list[tuple[int, int, int]]] = {}
        budget = MAX_FILLED
        for (top, left), (bottom, right) in merged:
            bottom, right = min(bottom, last_row), min(right, last_column)
            budget -= max(0, bottom - top + 1) * max(0, right - left + 1)
            if budget < 0:
                return {"refused": "merged"}
            starting.setdefault(top, []).append((bottom, left, right))
        open_ranges: list[tuple[int, int, int, str]] = []
        with open(target, "w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            for number, row in enumerate(sheet.iter_rows()):
                cells = [as_text(cell) for cell in row]
                open_ranges = [each for each in open_ranges if each[0] >= number]
                # Rows come without the empty columns to the left of the whole sheet.
                offset = last_column + 1 - len(cells)
                for bottom, left, right in starting.get(number, ()):
                    if 0 <= left - offset < len(cells):
                        open_ranges.append((bottom, left - offset, right - offset, cells[left - offset]))
                for _, left, right, text in open_ranges:
                    cells[left : right + 1] = [text] * (right - left + 1)
                writer.writerow(cells)
    return {"sheet": wanted or names[0], "sheets": names, "merged": len(merged)}


def main() -> None:
    """Limit this process, convert, answer."""
    source, target, wanted, max_columns, memory, seconds = sys.argv[1:]
    try:
        import resource

        limit = int(memory) << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass  # a system without such limits still has the limit on the unpacked size
    try:
        answer = convert(source, target, wanted, int(max_columns))
    except MemoryError:
        answer = {"refused": "memory"}
    except BaseException as error:
        # The reader's own panics are no Exception; whatever it says, the file could not be read.
        answer = {"refused": "unreadable", "reason": f"{type(error).__name__}: {error}"[:200]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
