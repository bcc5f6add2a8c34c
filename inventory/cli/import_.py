"""`flask import FORMAT FILE...`: a table of machines, our own export, or reports of machines (`hardware`)."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import may, permissions_of
from inventory.accounts.service import account_named
from inventory.cli._base import sentences
from inventory.cli._import_reports import REPORTS, bring_in
from inventory.cli._progress import Line
from inventory.cli.import_job import Undo
from inventory.db import db, write
from inventory.errors import ValidationRefused
from inventory.importers._base import importers
from inventory.importers.asking import KEEP, Asked
from inventory.importers.names import CREATABLE
from inventory.importers.on_record import UPDATE_BY
from inventory.importers.refused import read_problems, write_refused
from inventory.importers.restoring import looks_whole, open_export, restore
from inventory.importers.writing import Tally, run_import
from inventory.lifecycle.requests import Recorder

SHOWN = 20
"""Problems told one by one on the terminal; the file of --refused holds all."""
MOST_IN_JSON = 1_000


def _pairs(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, sign, value = each.rpartition("=")
        if not sign or not name:
            raise click.BadParameter(f"“{each}” is not of the form NAME=VALUE.")
        found[name] = value
    return found


@click.command("import")
@click.argument("format_", metavar="FORMAT")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Tell what would become of each row; change nothing.")
@click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="HEADER=COLUMN",
    help="What a column means; COLUMN “-” leaves it out, “notes:keep” keeps it in the notes.",
)
@click.option("--update-by", type=click.Choice(UPDATE_BY), help="Match rows to machines on record, record changes.")
@click.option("--skip-refused", is_flag=True, help="Bring in the right rows; without it, all rows or none.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused rows here (CSV).")
@click.option("--status", "without_status", help="Status of rows that state none, such as in_use.")
@click.option(
    "--date-order",
    "date_order",
    multiple=True,
    metavar="[COLUMN=]dmy|mdy|ymd",
    help="Order of day and month where a column leaves it open.",
)
@click.option("--decimal-mark", help="“.” or “,” where amounts leave it open.")
@click.option("--mass-unit", help="g, kg or lb where masses have no unit.")
@click.option(
    "--word",
    "words",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN:WORD=KEY",
    help="What a word of the file means, as in status:Bench=in_stock.",
)
@click.option(
    "--no-new",
    multiple=True,
    type=click.Choice(list(CREATABLE)),
    help="Refuse rows that name departments, places or people not on record.",
)
@click.option("--source", default="", help="Name of the system the file comes from; the same for its later exports.")
@click.option("--encoding", help="Encoding of a text file, such as cp1252; found out if left out.")
@click.option("--delimiter", help="Character between cells; found out if left out.")
@click.option("--sheet", help="Sheet of a workbook; the first with a table if left out.")
@click.option("--header-row", type=int, help="Row of the column names, from 1; found out if left out.")
@click.option(
    "--register-new", is_flag=True, help="Reports: register machines that nobody knows, as returned to the hub."
)
@click.option("--as", "username", help="Account that records; needed where several may import.")
@click.option("--json", "as_json", is_flag=True, help="Tell the result as JSON.")
@with_appcontext
@sentences
def command(
    format_: str, files: tuple[Path, ...], register_new: bool, dry_run: bool, refused: Path | None,
    username: str | None, as_json: bool,
    columns: dict[str, str], date_order: tuple[str, ...], words: dict[str, str], no_new: tuple[str, ...], **more: Any,
) -> None:  # fmt: skip
    """Import FILE, written in FORMAT: own, snipe-it, shelf, generic, or auto to find it out.

    All rows that are right go in, or none does (see --skip-refused). Importing a file again changes nothing.
    Our own export with its events is restored whole, into an empty register only.

    FORMAT hardware takes reports of machines: any number of files, zip files and folders. Each file stands for
    itself; what is read is recorded in parts, so that a run that broke off goes on where it was.
    """
    if format_ == REPORTS:
        bring_in(files, _recorder(username, "record"), dry_run=dry_run, as_json=as_json, register_new=register_new)
        return
    if len(files) != 1 or files[0].is_dir():
        raise ValidationRefused(
            "One table at a time: name one file. Only the format hardware takes several, or folders."
        )
    if register_new:
        raise ValidationRefused("--register-new belongs to the format hardware.")
    file = files[0]
    if format_ != "auto" and format_ not in importers():
        raise ValidationRefused(
            f"There is no import format {format_}; use auto or one of: {', '.join([*importers(), REPORTS])}."
        )
    asked = Asked(
        format="" if format_ == "auto" else format_,
        columns={header: "" if key == "-" else key for header, key in columns.items()},
        date_orders=_date_orders(date_order),
        words=_words(words),
        create=[each for each in CREATABLE if each not in no_new],
        **more,
    )
    if _restored(file, format_, dry_run, as_json):
        return
    line = Line("rows")
    with TemporaryDirectory() as scratch, asked.open(file) as table:
        problems = Path(scratch) / "problems.jsonl"
        reading = asked.reading(table)
        recorder = _recorder(username)

        def work(session: Session) -> Tally:
            tally = run_import(
                session,
                table,
                reading.importer,
                reading.mapping,
                reading.options,
                reading.choice,
                recorder,
                problems,
                line.show,
            )
            if dry_run or (tally.refused and not asked.skip_refused):
                raise Undo(tally)
            return tally

        recorded = True
        try:
            tally = write(db.session(), work)
        except Undo as undone:
            recorded, tally = False, undone.tally
        finally:
            line.end()
        if refused is not None and tally.refused:
            write_refused(table, problems, refused)
        would_fail = bool(tally.refused) and not asked.skip_refused
        outcome = "recorded" if recorded else "refused" if would_fail else "trial"
        if as_json:
            _tell_json(outcome, reading.importer.key, tally, problems)
        else:
            _tell(outcome, dry_run, reading.importer.label, tally, problems, refused)
    if would_fail:
        sys.exit(1)


def _restored(file: Path, format_: str, dry_run: bool, as_json: bool) -> bool:
    """Restore FILE if it is a whole export of ours; False for every other table."""
    if format_ not in ("own", "auto") or not looks_whole(file):
        return False
    line = Line("machines")
    with open_export(file) as table:

        def work(session: Session) -> dict[str, int]:
            counts = restore(session, table, current_app.config["SETTINGS"], line.show)
            if dry_run:
                raise RestoreUndone(counts)
            return counts

        try:
            counts = write(db.session(), work)
        except RestoreUndone as undone:
            counts = undone.counts
        finally:
            line.end()
    if as_json:
        click.echo(json.dumps({"outcome": "trial" if dry_run else "restored", "format": "own", "records": counts}))
        return True
    for name, count in counts.items():
        click.echo(f"  {count:>9,}  {name}")
    click.echo(
        "Nothing was changed: this was a trial; every line fits its chain."
        if dry_run
        else "Restored: every line fits its chain. Accounts have no password yet; set one with: flask user password."
    )
    return True


class RestoreUndone(Exception):
    """Carries the counts of a trial out of the transaction."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts


def _date_orders(given: tuple[str, ...]) -> dict[str, str]:
    return {(each.rpartition("=")[0] or "*"): each.rpartition("=")[2] for each in given}


def _words(given: dict[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, key in given.items():
        target, sign, word = name.partition(":")
        if not sign:
            raise click.BadParameter(f"“{name}={key}” is not of the form COLUMN:WORD=KEY.")
        found.setdefault(target, {})[word] = key
    return found


def _recorder(username: str | None, permission: str = "import") -> Recorder:
    session = db.session()
    if username is not None:
        account = account_named(session, username)
    else:
        able = [
            each
            for each in session.scalars(select(Account).where(Account.active).order_by(Account.id).limit(1_000))
            if may(each.role, permission)
        ]
        if len(able) != 1:
            names = ", ".join(each.username for each in able[:10])
            raise ValidationRefused(
                f"Say with --as who imports; these may: {names}."
                if able
                else "Nobody may import yet. Make an account first: flask user add."
            )
        account = able[0]
    found = Recorder.of(account, permissions_of(account.role), current_app.config["SETTINGS"])
    session.rollback()
    return found


def _tell_json(outcome: str, format_: str, tally: Tally, problems: Path) -> None:
    wrong = (each for each in read_problems(problems) if each[1] in ("refused", "differs", "noted"))
    told = [
        {
            "row": row,
            "verdict": verdict,
            "problems": [
                {"field": field, "value": value, "sentence": sentence, "fatal": fatal}
                for field, value, sentence, fatal in found
            ],
        }
        for (row, verdict, found), _ in zip(wrong, range(MOST_IN_JSON), strict=False)
    ]
    click.echo(json.dumps({"outcome": outcome, "format": format_, **tally.as_dict(), "problems": told}, indent=2))


_COUNTS = (
    ("new", "new machines"),
    ("changed", "machines with changes"),
    ("already", "on record already, unchanged"),
    ("differs", "on record with other facts, left as they are (--update-by records the changes)"),
    ("merged", "the same as an earlier row of the file"),
    ("refused", "refused"),
    ("noted", "came in with something left out"),
)


def _tell(outcome: str, dry_run: bool, label: str, tally: Tally, problems: Path, refused: Path | None) -> None:
    for wanted, count in (("refused", tally.refused), ("differs", tally.differs), ("noted", tally.noted)):
        rows = (each for each in read_problems(problems) if each[1] == wanted)
        for (row, _, found), _ in zip(rows, range(SHOWN), strict=False):
            for _, value, sentence, fatal in found:
                said = f" (it says “{value[:60]}”)" if value and fatal else ""
                click.echo(f"  row {row}, {'refused' if fatal else 'note'}: {sentence}{said}", err=True)
        if count > SHOWN:
            more = "; --refused FILE writes them all" if wanted == "refused" and refused is None else ""
            click.echo(f"  and {count - SHOWN:,} more rows{more}.", err=True)
    click.echo(f"{label}: {tally.rows:,} rows read.")
    for name, words in _COUNTS:
        if count := getattr(tally, name):
            click.echo(f"  {count:>9,}  {words}")
    for name, count in tally.made.items():
        if count:
            click.echo(f"  {count:>9,}  new {name}")
    if outcome == "recorded":
        click.echo(f"Recorded: {tally.lines:,} lines in the ledger.")
    elif outcome == "trial":
        click.echo(f"Nothing was changed: this was a trial. {tally.lines:,} lines would be recorded.")
    else:
        what = "This was a trial; nothing" if dry_run else "Nothing"
        click.echo(
            f"{what} was recorded, since {tally.refused:,} rows are refused. Mend them, or bring in the others "
            "with --skip-refused.",
            err=True,
        )
    if refused is not None and tally.refused:
        click.echo(f"The refused rows are in {refused}.")


__all__ = ["KEEP", "command"]
