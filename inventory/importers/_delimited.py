"""Delimited text as it comes: its encoding, its delimiter, and its records, one at a time."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from math import log
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes

from inventory.errors import ValidationRefused
from inventory.i18n import mark

MAX_RECORD = 1 << 20
"""Longest row read, in characters."""
MAX_COLUMNS = 500
_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"
_END = "\x02end of table\x03"
_BINARY = re.compile("[\x01-\x08\x0e-\x1f]")
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path) -> str:
    """Name of the encoding: by its mark, else UTF-8 if the whole file is, else the likeliest one."""
    with path.open("rb") as handle:
        head = handle.read(_SAMPLE)
        for signature, name in _MARKS:
            if head.startswith(signature):
                return name
        if wide := _utf16_without_mark(head):
            return wide
        handle.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        offset = 0
        try:
            while chunk := handle.read(1 << 20):
                decoder.decode(chunk)
                offset += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            handle.seek(max(0, offset + error.start - _SAMPLE // 2))
            return _legacy(handle.read(_SAMPLE), head)
    return "utf-8"


def _utf16_without_mark(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) > 0.6 * pairs and head[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if pairs and head[::2].count(0) > 0.6 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _legacy(sample: bytes, head: bytes) -> str:
    text = sample.decode("utf-8", "replace")
    lost = text.count("�")
    if sum(character > "\x7f" for character in text) - lost > 4 * lost:
        return "utf-8"  # a few damaged bytes in UTF-8; their rows are refused, the rest reads well
    if b"\r" in head and b"\n" not in head and from_bytes(sample, cp_isolation=["mac_roman"]).best():
        return "mac_roman"
    best = from_bytes(sample).best()
    western = from_bytes(sample, cp_isolation=["cp1252"], threshold=0.5).best()
    # A pound sign alone fits a dozen encodings; Windows-1252 is by far the likeliest here, so another one
    # must either rule it out or show a language.
    if western and (best is None or best.coherence <= western.coherence + 0.2):
        return "cp1252"
    return best.encoding if best else "cp1252"


class Records:
    """The records of a delimited file, read again from the start by each iteration, one in memory."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self.path, self.encoding, self.delimiter = path, encoding, delimiter

    def __iter__(self) -> Iterator[list[str]]:
        with open_text(self.path, self.encoding) as handle:
            number = 0
            lines = _Lines(handle)
            reader = csv.reader(lines, delimiter=self.delimiter)
            try:
                for record in reader:
                    number += 1
                    lines.used = 0
                    if lines.ended:
                        if record == [_END]:
                            return
                        raise ValidationRefused(
                            mark(
                                "Row {number}: a quotation mark is opened and never closed, so the rest of "
                                "the file cannot be told apart. Close it, or save the file again."
                            ),
                            number=number,
                        )
                    if len(record) > MAX_COLUMNS:
                        raise ValidationRefused(
                            mark("Row {number} has {count} columns; at most {limit} are read."),
                            number=number,
                            count=len(record),
                            limit=MAX_COLUMNS,
                        )
                    yield record
            except csv.Error:
                raise ValidationRefused(
                    mark(
                        "Row {number}: a cell is longer than {limit} characters, or a quotation mark is "
                        "opened "
                        "and never closed. Mend this row and try again."
                    ),
                    number=number + 1,
                    limit=csv.field_size_limit(),
                ) from None


class _Lines:
    """Lines of a file for the csv module, refused when one record uses more than MAX_RECORD."""

    def __init__(self, handle: TextIO) -> None:
        self.handle = handle
        self.used = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        while line := self.handle.readline(MAX_RECORD + 1):
            self.used += len(line)
            if self.used > MAX_RECORD:
                raise ValidationRefused(
                    mark("A row is longer than {limit} characters, so this is not a table that can be read."),
                    limit=MAX_RECORD,
                )
            yield line.replace("\0", "") if "\0" in line else line
        # The last record must be this line alone: what an open quotation mark swallows shows itself.
        self.ended = True
        yield _END


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text; characters that cannot be read become U+FFFD, which the row check refuses."""
    return path.open(encoding=encoding, errors="replace", newline="")


def sample_lines(path: Path, encoding: str) -> list[str]:
    """The first whole lines of the file; refuses what is not text."""
    with open_text(path, encoding) as handle:
        sample = handle.read(_SAMPLE)
        whole = not handle.read(1)
    if len(_BINARY.findall(sample)) > len(sample) / 50 or sample.lstrip()[:1] in ("<", "{"):
        raise ValidationRefused(mark("This file is not a table. Give a CSV file or a spreadsheet (XLSX, XLS or ODS)."))
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", sample.replace("\0", ""))
    return lines if whole or len(lines) < 2 else lines[:-1]


def find_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts most of the sample's rows into the same, largest number of cells."""
    if lines and (stated := re.fullmatch(r"\ufeff?sep=(.)\s*", lines[0])):
        return stated[1]  # spreadsheet programs write this line and obey it

    def fit(delimiter: str) -> float:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            return 0.0
        total = widths.total()
        # Cubed, so that many commas in some cells do not outweigh one semicolon in every row.
        return max(((rows / total) ** 3 * log(width) for width, rows in widths.items()), default=0.0)

    return max(_DELIMITERS, key=fit)


def find_line_end(lines: list[str]) -> str:
    """LF, CRLF or CR, as the first line ends."""
    first = lines[0] if lines else ""
    return "CRLF" if first.endswith("\r\n") else "CR" if first.endswith("\r") else "LF"
