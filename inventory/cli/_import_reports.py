"""Reports of machines from files, zip files and folders: read, recorded in parts, told file by file."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from inventory.arrivals.service import Filed, Opened, chunks, counts, file_all, open_all, worst_first
from inventory.cli._progress import Line
from inventory.db import db, transaction, write
from inventory.errors import InventoryError, ValidationRefused
from inventory.lifecycle.receivers import Arrived
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import LARGEST

REPORTS: Final = "hardware"
"""The format of `flask import` that takes reports."""
SHOWN: Final = 20
LARGEST_ARCHIVE: Final = 256 * 1024 * 1024
"""Bytes of one zip file, packed."""
_WORDS: Final = {
    "refused": "refused",
    "asked": "with a question for a person",
    "recorded": "recorded",
    "nothing_new": "with nothing new",
    "set_aside": "set aside before",
}


class _Undone(Exception):
    """Ends a trial: what was written is rolled back."""


def bring_in(paths: tuple[Path, ...], recorder: Recorder, *, dry_run: bool, as_json: bool, register_new: bool) -> None:
    """Bring in every file of *paths*. Exit code 1 if not one of them could be read."""
    files = [(each, name) for path in paths for each, name in files_of(path)]
    if not files:
        raise ValidationRefused("There is no file in these folders.")
    line = Line("files")
    filed = [refused for path, name in files if (refused := _too_large(path, name)) is not None]
    session = db.session()

    # Members of a zip file are counted as they come; how many there will be nobody knows.
    total = 0 if any(_is_zip(path) for path, _ in files) else len(files)

    def note() -> None:
        line.show(len(filed), total)

    opened = open_all((name, path.read_bytes()) for path, name in files if _too_large(path, name) is None)
    try:
        if dry_run:
            with suppress(_Undone), transaction(session):
                for part in chunks(opened):
                    filed += file_all(session, part, recorder, register_new=register_new)
                    note()
                raise _Undone
        for part in () if dry_run else chunks(opened):
            filed += _record(part, recorder, register_new)
            note()
    finally:
        line.end()
    if as_json:
        outcome = "trial" if dry_run else "recorded"
        told = {"outcome": outcome, "counts": counts(filed), "files": [each.as_dict() for each in filed]}
        click.echo(json.dumps(told, indent=2))
    else:
        _tell(filed, dry_run)
    if all(each.outcome == "refused" for each in filed):
        sys.exit(1)


def _record(part: list[Opened], recorder: Recorder, register_new: bool) -> list[Filed]:
    """Record a part in one transaction; if something in it cannot be, each file in one of its own."""
    session = db.session()
    try:
        return write(session, lambda _: file_all(session, part, recorder, register_new=register_new))
    except InventoryError as error:
        if len(part) == 1:
            return [Filed(part[0].name, part[0].sha256, (("", Arrived("refused", error.message)),))]
    return [filed for each in part for filed in _record([each], recorder, register_new)]


def files_of(path: Path) -> Iterator[tuple[Path, str]]:
    """*path*, or every file below the folder that it is, each with the name it is told by, in the order of names.

    Hidden files are left out.
    """
    if not path.is_dir():
        yield path, path.name
        return
    for each in sorted(path.rglob("*")):
        inside = each.relative_to(path)
        if each.is_file() and not any(part.startswith(".") for part in inside.parts):
            yield each, f"{path.resolve().name}/{inside.as_posix()}"


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _too_large(path: Path, name: str) -> Filed | None:
    """The refusal of a file that no report, and no zip of reports, is as large as."""
    size, most = path.stat().st_size, LARGEST_ARCHIVE if _is_zip(path) else LARGEST
    if size <= most:
        return None
    words = f"{name} has {size // 2**20:,} MiB; at most {most // 2**20} MiB are read."
    return Filed(name, "", (("", Arrived("refused", words)),))


def _tell(filed: list[Filed], dry_run: bool) -> None:
    problems = [each for each in worst_first(filed) if each.outcome in ("refused", "asked")]
    for each in problems[:SHOWN]:
        # A refusal of a file mostly names it already.
        words = each.words if each.words.startswith(each.name) else f"{each.name}: {each.words}"
        click.echo(f"  {words}", err=True)
    if len(problems) > SHOWN:
        click.echo(f"  and {len(problems) - SHOWN:,} more; --json tells all.", err=True)
    click.echo(f"{len(filed):,} files read.")
    for name, count in counts(filed).items():
        click.echo(f"  {count:>9,}  {_WORDS[name]}")
    if dry_run:
        click.echo("Nothing was changed: this was a trial.")
