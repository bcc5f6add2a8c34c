"""Import jobs: a file kept in the instance folder, run by a process of its own, followed from any worker.

Progress lies in a file, since the run's one transaction may hold the only write lock there is. A lock on a
file of the job is held while its process lives: when it is free and the job is said to run, it was cut off.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.i18n import mark

from .asking import Asked
from .models import ImportJob
from .refused import write_refused

BUSY: Final = frozenset({"checking", "running"})
ENDED: Final = frozenset({"done"})
_ENDING_SECONDS: Final = 10.0
"""How long a process may take to end after its result is written."""
_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".xlsm"})


@dataclass(frozen=True)
class Status:
    """Where a job stands. ``state`` as in the table, or ``broken`` when its process ended without a word."""

    state: str
    done: int = 0
    total: int | None = None


@dataclass(frozen=True)
class Folder:
    """The files of one job."""

    path: Path

    @classmethod
    def of(cls, instance: Path | str, uid: str) -> "Folder":
        """The folder of the job *uid* (32 hexadecimal digits)."""
        if len(uid) != 32 or not uid.isalnum():
            raise NotFound(mark("There is no such import."))
        return cls(Path(instance) / "imports" / uid)

    @property
    def upload(self) -> Path:
        """The file as it came, under a name of ours; its ending kept, since readers look at it."""
        return next(self.path.glob("upload*"), self.path / "upload.csv")

    @property
    def problems(self) -> Path:
        """What is wrong, row by row (see refused.ProblemFile)."""
        return self.path / "problems.jsonl"

    @property
    def refused(self) -> Path:
        """The refused rows as a table."""
        return self.path / "refused.csv"

    @property
    def log(self) -> Path:
        """What the process said when it failed for a reason of ours."""
        return self.path / "log.txt"

    def note(self, done: int, total: int) -> None:
        """Tell how far the run has come, in one step, so that nobody reads half of it."""
        fresh = self.path / "progress.new"
        fresh.write_text(json.dumps([done, total]))
        fresh.replace(self.path / "progress.json")

    def progress(self) -> tuple[int, int | None]:
        """Rows done, and how many there are."""
        try:
            done, total = json.loads((self.path / "progress.json").read_text())
            return int(done), int(total)
        except (OSError, ValueError):
            return 0, None

    def held(self) -> bool:
        """Whether a process works on the job."""
        try:
            with (self.path / "lock").open("a") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    @contextmanager
    def hold(self) -> Iterator[int]:
        """Work on the job; refuses when another process does. Gives the number of the open lock file.

        A process that has just written its result may still be ending, so this waits a little.
        """
        with (self.path / "lock").open("a") as handle:
            until = time.monotonic() + _ENDING_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise RuleRefused(mark("This import is being worked on already.")) from None
                    time.sleep(0.05)
            yield handle.fileno()


def add_job(
    session: Session, instance: Path | str, account_id: int, filename: str, content: IO[bytes], now: datetime
) -> ImportJob:
    """Keep an uploaded file as a new job. The file is not looked into yet."""
    name = Path(filename.replace("\\", "/")).name[-255:] or "file"
    name = "".join(letter if letter.isprintable() else " " for letter in name)
    job = ImportJob(
        account_id=account_id, filename=name, sha256="", asked=Asked().as_dict(), state="uploaded", created_at=now
    )
    session.add(job)
    session.flush()
    folder = Folder.of(instance, job.uid)
    folder.path.mkdir(parents=True, mode=0o700)
    suffix = Path(name).suffix.lower()
    digest = hashlib.sha256()
    with (folder.path / f"upload{suffix if suffix in _SUFFIXES else '.csv'}").open("wb") as out:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    job.sha256 = digest.hexdigest()
    return job


def job_of(session: Session, uid: str) -> ImportJob:
    """The job *uid*, read afresh; raises NotFound."""
    found = session.scalar(select(ImportJob).where(ImportJob.uid == uid[:64]).execution_options(populate_existing=True))
    if found is None:
        raise NotFound(mark("There is no such import."))
    return found


def status(session: Session, job: ImportJob, instance: Path | str) -> Status:
    """Where the job stands now; asks its files, so it is right also after a power cut."""
    folder = Folder.of(instance, job.uid)
    if job.state in BUSY:
        if folder.held():
            return Status(job.state, *folder.progress())
        # Its process may have ended between the reading of the row and the look at the lock.
        session.rollback()
        session.refresh(job)
    return Status("broken" if job.state in BUSY else job.state, *folder.progress())


def claim(session: Session, job: ImportJob, instance: Path | str, phase: str, now: datetime) -> None:
    """Say that the job is about to be checked or run; refuses while it is, or when it is done."""
    if phase not in BUSY:
        raise ValidationRefused(mark("An import is checked or run, nothing else."))
    if job.state in ENDED:
        raise RuleRefused(mark("This import is done. Upload the file again to bring in what is new in it."))
    if job.state in BUSY and Folder.of(instance, job.uid).held():
        raise RuleRefused(mark("This import is being worked on already."))
    job.state, job.started_at, job.finished_at, job.message, job.tally = phase, now, None, None, None
    Folder.of(instance, job.uid).note(0, 0)


def spawn(settings: Settings, instance: Path | str, uid: str) -> None:
    """Start the process that works on the claimed job *uid*; it outlives the worker that starts it."""
    folder = Folder.of(instance, uid)
    # The process inherits the lock, so the job is held from this moment until the process ends, however it ends.
    with folder.hold() as lock, folder.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - a fixed command and an id of ours
            [sys.executable, "-m", "flask", "--app", "inventory.app:create_app", "import-job", uid, "--held"],
            pass_fds=[lock],
            env=environment(settings, instance),
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    threading.Thread(target=process.wait, daemon=True).start()


def environment(settings: Settings, instance: Path | str) -> dict[str, str]:
    """The environment in which another process of ours has the same settings."""
    found = dict(os.environ)
    for each in fields(settings):
        value = getattr(settings, each.name)
        found[each.name.upper()] = "" if value is None else str(int(value) if isinstance(value, bool) else value)
    found["INSTANCE_PATH"] = str(instance)
    return found


def finish(job: ImportJob, state: str, now: datetime, *, tally: Mapping[str, Any] | None, message: str | None) -> None:
    """Write down what came of a phase."""
    job.state, job.finished_at = state, now
    job.tally = dict(tally) if tally is not None else None
    job.message = message[:2000] if message else None


def refused_rows(job: ImportJob, instance: Path | str) -> Path:
    """The file of refused rows with their reasons, made when it is first asked for."""
    folder = Folder.of(instance, job.uid)
    if not folder.refused.exists() or folder.refused.stat().st_mtime_ns < folder.problems.stat().st_mtime_ns:
        if not folder.problems.exists():
            raise NotFound(mark("No row of this import was refused."))
        with Asked.of(job.asked).open(folder.upload) as table:
            fresh = folder.path / "refused.new"
            write_refused(table, folder.problems, fresh)
            fresh.replace(folder.refused)
    return folder.refused


def forget(session: Session, job: ImportJob, instance: Path | str) -> None:
    """Take away the job and its files; what it recorded stays."""
    folder = Folder.of(instance, job.uid)
    if job.state in BUSY and folder.held():
        raise RuleRefused(mark("This import is being worked on; wait until it has ended."))
    session.delete(job)
    shutil.rmtree(folder.path, ignore_errors=True)


def now_utc() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
