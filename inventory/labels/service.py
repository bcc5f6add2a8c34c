"""Records print runs and gives their labels back: of machines, blank ones, and the same once more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import KeyConflict, NotFound, ValidationRefused
from inventory.i18n import mark
from inventory.labels.label import SHOWABLE, USUAL, LabelText
from inventory.labels.machines import CHUNK, Base, Wanted, base_for, described, fits, is_demo, printable
from inventory.labels.payload import is_local
from inventory.labels.printers import logo_of, printer_numbered
from inventory.labels.shapes import LabelTemplate
from inventory.labels.sheets import Placing, check_skip, write_labels
from inventory.labels.templates import template_named
from inventory.register.issuing import issue_blank_tags
from inventory.register.models import LabelRun, LabelRunTag

MOST_LABELS: Final = 10_000
"""Labels in one run; more than that jams before it is stuck on."""
MOST_BLANKS: Final = 2_000
WORDINGS: Final = {"asset": mark("Asset label"), "second_life": mark("Second-life label")}


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of a run, machines apart.

    ``key``: the client's own, at most 80 characters; sent twice, the run is recorded once. ``template``:
    key of a sheet. ``skip``: places of the first sheet that are used up. ``here``: the address of this
    server as the person reaches it, for the labels of the demonstration. ``shows``: keys of SHOWABLE;
    ``wording``: key of WORDINGS; ``printer``: number of the printer whose offset the file has.
    """

    key: str
    account_id: int
    template: str
    skip: int
    now: datetime
    here: str
    shows: tuple[str, ...] = USUAL
    wording: str = "asset"
    printer: int | None = None


def print_machines(session: Session, job: Job, tags: Sequence[str], settings: Settings) -> LabelRun:
    """Record a run with the label of each machine in *tags*, once each, in that order.

    ValidationRefused and NotFound name the 1-based row of the first tag that has no label; then, and with
    no tag or more than MOST_LABELS, nothing is recorded.
    """
    template = _template(session, job)
    if len(tags) > MOST_LABELS:
        raise ValidationRefused(
            mark("These are {count:,} labels; at most {most:,} are printed at once. Narrow the filters."),
            field="tags",
            count=len(tags),
            most=MOST_LABELS,
        )
    base = base_for(session, settings, job.here)
    good, bad = printable(session, tags, template, base, settings, wanted_by(session, job.shows, job.wording))
    if bad:
        tag, refusal = bad[0]
        refusal.row = list(tags).index(tag) + 1
        raise refusal
    if not good:
        raise ValidationRefused(mark("There is no label to print. Choose at least one machine."), field="tags")
    return _record(session, job, template, base, [label.tag for label in good])


def print_blanks(session: Session, job: Job, count: int, settings: Settings) -> LabelRun:
    """Issue *count* new tags (1 to MOST_BLANKS) for labels that wait for their machines, and record the run."""
    template = _template(session, job)
    if not 1 <= count <= MOST_BLANKS:
        raise ValidationRefused(
            mark("Between 1 and {most:,} blank labels are printed at once, not {count:,}."),
            field="count",
            most=MOST_BLANKS,
            count=count,
        )
    base = base_for(session, settings, job.here)
    if (before := _already(session, job)) is not None:
        if not before.blank or before.reprint_of or (before.labels, before.shows) != (count, _shown(job)):
            raise _conflict()
        return before
    run = _record(session, job, template, base, [], blank=True)
    tags = issue_blank_tags(session, settings.tag_prefix, count, str(run.id), job.now)
    # All tags of a prefix are as long as each other or longer by a sign; the last is the longest.
    for label in described(session, tags[-1:], base, settings, wanted_by(session, job.shows, "asset")):
        fits(label, template)
    _keep(session, run, tags)
    return run


def print_again(session: Session, job: Job, number: int, settings: Settings) -> LabelRun:
    """Record one more print of the labels of run *number*, as their machines are now, marked R2, R3 ...

    They show what the run showed; template, place and printer are those of *job*.
    """
    template = _template(session, job)
    original = session.get(LabelRun, number)
    if original is None:
        raise NotFound(mark("There is no print run {number}."), number=number)
    base = base_for(session, settings, job.here)
    root = original.reprint_of or original.id
    if (before := _already(session, job)) is not None:
        if before.reprint_of != root:
            raise _conflict()
        return before
    run = _new(session, job, template, base, original.labels, blank=original.blank, reprint_of=root)
    run.shows, run.wording = original.shows, original.wording
    prints = session.scalar(select(func.count()).select_from(LabelRun).where(LabelRun.reprint_of == root))
    run.copy = 1 + int(prints or 0)
    session.flush()
    # The sheet may be another one: what does not fit it is refused before anything is recorded.
    for label in labels_of(session, run, settings):
        fits(label, template)
    return run


def labels_of(session: Session, run: LabelRun, settings: Settings) -> Iterator[LabelText]:
    """The labels of a run, CHUNK at a time: of each machine as it is now, and those that still wait for one."""
    base = Base(run.public_url, is_demo(session) or is_local(run.public_url))
    wanted = wanted_by(session, tuple(run.shows.split()), run.wording, copy=run.copy)
    root, last = run.reprint_of or run.id, -1
    while True:
        rows = session.execute(
            select(LabelRunTag.number, LabelRunTag.tag)
            .where(LabelRunTag.run_id == root, LabelRunTag.number > last)
            .order_by(LabelRunTag.number)
            .limit(CHUNK)
        ).all()
        if not rows:
            return
        last = rows[-1].number
        yield from described(session, [row.tag for row in rows], base, settings, wanted)


def write_run(
    session: Session,
    run: LabelRun,
    out: IO[bytes],
    settings: Settings,
    *,
    shift_mm: tuple[float, float] = (0.0, 0.0),
    outlines: bool = False,
) -> int:
    """Write the run to *out* as its printer takes it; returns how many labels. Refusals as `write_labels`.

    *shift_mm* comes on top of what the run's printer is moved by.
    """
    right, down = printer_shift(session, run.printer_id)
    shift = round(right + shift_mm[0], 1), round(down + shift_mm[1], 1)
    template = template_named(run.template)
    return write_labels(out, labels_of(session, run, settings), template, Placing(run.skipped, shift, outlines))


def printer_shift(session: Session, number: int | None) -> tuple[float, float]:
    """Millimetres right and down by which this printer's print is moved; nothing without a printer."""
    if number is None:
        return 0.0, 0.0
    printer = printer_numbered(session, number)
    return printer.right_tenths / 10, printer.down_tenths / 10


def wanted_by(session: Session, shows: tuple[str, ...], wording: str, *, copy: int = 1) -> Wanted:
    """What labels show, with the logo where it is asked for (one statement then). ValidationRefused names the field."""
    if unknown := [key for key in shows if key not in SHOWABLE]:
        raise ValidationRefused(
            mark("A label cannot show {unknown}. Choose from: {keys}."),
            field="shows",
            unknown=unknown[0][:40],
            keys=", ".join(SHOWABLE),
        )
    if wording not in WORDINGS:
        raise ValidationRefused(
            mark("There is no wording {wording}. Choose one of: {keys}."),
            field="wording",
            wording=wording[:40],
            keys=", ".join(WORDINGS),
        )
    ordered = tuple(key for key in SHOWABLE if key in shows)
    return Wanted(ordered, wording, logo_of(session) if "logo" in shows else None, copy)


# -- within ---------------------------------------------------------------------------------------------


def _template(session: Session, job: Job) -> LabelTemplate:
    template = template_named(job.template)
    check_skip(template, job.skip)
    if job.printer is not None:
        printer = printer_numbered(session, job.printer)
        if printer.family != template.family.key:
            raise ValidationRefused(
                mark("{printer} does not take {template}. Choose a label of its kind, or another printer."),
                field="printer",
                printer=printer.name,
                template=template.name,
            )
    if not job.key or len(job.key) > 80 or not job.key.isprintable():
        raise ValidationRefused(mark("The key of the run is 1 to 80 characters."), field="key")
    return template


def _conflict() -> KeyConflict:
    return KeyConflict(mark("This print was recorded already, with other labels. Load the page again."), field="key")


def _already(session: Session, job: Job) -> LabelRun | None:
    """The run that was recorded under the job's key, if it asked for the same sheet."""
    found = session.scalar(select(LabelRun).where(LabelRun.key == job.key))
    if found is None:
        return None
    same = (found.account_id, found.template, found.skipped, found.printer_id) == (
        job.account_id, template_named(job.template).key, job.skip, job.printer,
    )  # fmt: skip
    if not same:
        raise _conflict()
    return found


def _new(
    session: Session,
    job: Job,
    template: LabelTemplate,
    base: Base,
    labels: int,
    *,
    blank: bool,
    reprint_of: int | None = None,
) -> LabelRun:
    run = LabelRun(
        key=job.key,
        account_id=job.account_id,
        template=template.key,
        public_url=base.url,
        labels=labels,
        blank=blank,
        printed_at=job.now,
        skipped=job.skip,
        reprint_of=reprint_of,
        shows=_shown(job),
        wording="asset" if blank else job.wording,
        printer_id=job.printer,
    )
    session.add(run)
    session.flush()
    return run


def _shown(job: Job) -> str:
    return " ".join(key for key in SHOWABLE if key in job.shows)


def _record(
    session: Session, job: Job, template: LabelTemplate, base: Base, tags: list[str], *, blank: bool = False
) -> LabelRun:
    if (before := _already(session, job)) is not None:
        stored = session.scalars(
            select(LabelRunTag.tag).where(LabelRunTag.run_id == before.id).order_by(LabelRunTag.number)
        )
        said = before.shows, before.wording
        if before.blank or before.reprint_of or list(stored) != tags or said != (_shown(job), job.wording):
            raise _conflict()
        return before
    run = _new(session, job, template, base, len(tags), blank=blank)
    if tags:
        _keep(session, run, tags)
    return run


def _keep(session: Session, run: LabelRun, tags: Sequence[str]) -> None:
    run.labels = len(tags)
    session.execute(
        insert(LabelRunTag), [{"run_id": run.id, "number": number, "tag": tag} for number, tag in enumerate(tags)]
    )
