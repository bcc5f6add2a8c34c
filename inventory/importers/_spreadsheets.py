"""Spreadsheets (XLSX, XLS, ODS): checked for size, then turned into CSV by a process with limits."""

import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from ._delimited import MAX_COLUMNS

MAX_UNPACKED = 256 << 20
"""Most bytes the parts of a spreadsheet may unpack to."""
_MEMORY_MIB = 1024
_SECONDS = 120
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = mark(
    "This spreadsheet cannot be read ({reason}). It may be damaged or protected by a password: open it, "
    "save it again without a password, or save the sheet as CSV."
)
_TOO_LARGE = mark(
    "This spreadsheet unfolds to more than {limit} MiB, which is more than is read from one file. "
    "Save the sheet as CSV and import that."
)


def spreadsheet_kind(path: Path) -> str | None:
    """XLSX, ODS or XLS by content, whatever the name says; None for anything else."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if head == _OLE:
        return "XLS"
    if not head.startswith(b"PK"):
        return None
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
    except (BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        raise ValidationRefused(_UNREADABLE, reason=mark("its archive is damaged")) from None
    if {"xl/workbook.xml", "xl/workbook.bin"} & names:
        return "XLSX"
    if "content.xml" in names:
        return "ODS"
    raise ValidationRefused(
        mark("This is an archive without a spreadsheet in it. Unpack it and import the table inside.")
    )


def convert(path: Path, kind: str, target: Path, sheet: str | None) -> dict[str, Any]:
    """Write *sheet* (the first when None) of *path* to *target* as UTF-8 CSV; returns the sheet's facts."""
    if kind != "XLS":
        _refuse_bombs(path)
    program = Path(__file__).with_name("_sheet_to_csv.py")
    limits = [str(MAX_COLUMNS), str(_MEMORY_MIB), str(_SECONDS)]
    try:
        run = subprocess.run(  # noqa: S603 (our own program, no shell)
            [
                sys.executable,
                "-I",
                str(program),
                str(path.resolve()),
                str(target),
                sheet or "",
                *limits,
            ],
            capture_output=True,
            timeout=2 * _SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ValidationRefused(_UNREADABLE, reason=mark("it took too long")) from None
    # A process stopped by its limits leaves no answer.
    answer: dict[str, Any] = json.loads(run.stdout) if run.returncode == 0 and run.stdout else {}
    refused = answer.get("refused", "" if answer else "memory")
    if refused == "memory":
        raise ValidationRefused(_TOO_LARGE, limit=_MEMORY_MIB)
    if refused == "sheet":
        raise ValidationRefused(
            mark("There is no sheet {sheet} in this file; it has: {sheets}."),
            sheet=sheet,
            sheets=", ".join(answer["sheets"]),
        )
    if refused == "columns":
        raise ValidationRefused(
            mark("The sheet has {count} columns; at most {limit} are read."),
            count=answer["count"],
            limit=MAX_COLUMNS,
        )
    if refused == "merged":
        raise ValidationRefused(
            mark("The sheet's merged cells cover more than a million cells. Undo the merging and try again.")
        )
    if refused:
        raise ValidationRefused(_UNREADABLE, reason=answer.get("reason", mark("it has no sheet")))
    return answer


def _refuse_bombs(path: Path) -> None:
    """Unpack every part without keeping it: what an archive says of its own size need not be true."""
    left = MAX_UNPACKED
    try:
        with ZipFile(path) as archive, path.open("rb") as raw:
            for part in archive.infolist():
                if part.compress_type not in (0, 8) or part.flag_bits & 1:
                    raise ValidationRefused(_UNREADABLE, reason=mark("it is encrypted or packed unusually"))
                if part.compress_type == 0:
                    left -= part.compress_size
                else:
                    raw.seek(part.header_offset + 26)
                    lengths = raw.read(4)
                    skip = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
                    raw.seek(part.header_offset + 30 + skip)
                    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
                    packed = part.compress_size
                    while packed > 0 and not unpacker.eof and left >= 0:
                        chunk = unpacker.unconsumed_tail
                        if not chunk:
                            chunk = raw.read(min(packed, 1 << 16))
                            packed -= len(chunk)
                            if not chunk:
                                break
                        left -= len(unpacker.decompress(chunk, 1 << 20))
                    while unpacker.unconsumed_tail and left >= 0:
                        left -= len(unpacker.decompress(unpacker.unconsumed_tail, 1 << 20))
                if left < 0:
                    raise ValidationRefused(_TOO_LARGE, limit=MAX_UNPACKED >> 20)
    except (BadZipFile, zlib.error, OSError, ValueError):
        raise ValidationRefused(_UNREADABLE, reason=mark("its archive is damaged")) from None
