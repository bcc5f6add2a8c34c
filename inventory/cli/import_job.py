"""`flask import-job`: works on one uploaded import; started by the server, in a process of its own."""

from contextlib import nullcontext

import click
from flask import current_app
from flask.cli import with_appcontext

from inventory.accounts.models import Account
from inventory.accounts.permissions import permissions_of
from inventory.cli._base import sentences
from inventory.db import db, write
from inventory.errors import InventoryError
from inventory.importers import jobs
from inventory.importers.asking import Asked
from inventory.importers.writing import Tally, run_import
from inventory.lifecycle.requests import Recorder


class Undo(Exception):
    """Carries what became of the rows out of a transaction that is to be rolled back."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally


@click.command("import-job", hidden=True)
@click.argument("uid")
@click.option("--held", is_flag=True, help="The lock of the job was handed over by the process that starts this one.")
@with_appcontext
@sentences
def command(uid: str, held: bool) -> None:
    """Check or run the import UID, as its row says."""
    session, instance = db.session(), current_app.instance_path
    folder = jobs.Folder.of(instance, uid)
    with nullcontext() if held else folder.hold():
        job = jobs.job_of(session, uid)
        trial = job.state == "checking"
        if job.state not in jobs.BUSY:
            raise click.ClickException("This import was not started.")
        message: str | None = None
        tally: Tally | None = None
        try:
            tally, state = _work(uid, folder, trial)
        except InventoryError as error:
            state, message = "uploaded" if trial else "refused", error.message
        except Exception:
            session.rollback()
            _finish(uid, "failed", None, "Something went wrong here; the fault is ours. Nothing was recorded.")
            raise
        _finish(uid, state, tally, message)


def _work(uid: str, folder: jobs.Folder, trial: bool) -> tuple[Tally, str]:
    session = db.session()
    job = jobs.job_of(session, uid)
    account = session.get_one(Account, job.account_id)
    asked = Asked.of(job.asked)
    session.rollback()
    recorder = Recorder.of(account, permissions_of(account.role), current_app.config["SETTINGS"])
    with asked.open(folder.upload) as table:
        reading = asked.reading(table)

        def work(found: object) -> Tally:
            tally = run_import(
                db.session(),
                table,
                reading.importer,
                reading.mapping,
                reading.options,
                reading.choice,
                recorder,
                folder.problems,
                folder.note,
            )
            if trial or (tally.refused and not reading.choice.skip_refused):
                raise Undo(tally)
            return tally

        try:
            return write(session, work), "done"
        except Undo as undone:
            return undone.tally, "checked" if trial else "refused"


def _finish(uid: str, state: str, tally: Tally | None, message: str | None) -> None:
    def work(session: object) -> None:
        job = jobs.job_of(db.session(), uid)
        jobs.finish(job, state, jobs.now_utc(), tally=tally.as_dict() if tally is not None else None, message=message)

    write(db.session(), work)
