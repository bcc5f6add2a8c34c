"""Rows to verdicts, a batch of columns at a time: values that may come in, or what is wrong and where."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from inventory.i18n import mark

from .amounts import Money
from .mapping import ColumnMapping
from .survey import Options, Survey, batches, columns_for, transpose
from .tables import Row
from .targets import NAMING, TARGETS
from .values import Column, TextColumn

RowCheck = Callable[[Sequence[str]], str | None]
"""A format's own look at a row's cells: why it cannot come in, as a sentence, or None."""


class Problem(NamedTuple):
    """What is wrong with a row. ``field``: target key, "" for the whole row; ``fatal``: it is refused."""

    row: int
    field: str
    value: str
    sentence: str
    fatal: bool = True


class Verdict(NamedTuple):
    """A row's fate: ``values`` by target key when it may come in; else why not, or the row it repeats."""

    row_number: int
    values: dict[str, Any] | None
    problems: Sequence[Problem] = ()
    merged_into: int | None = None


def validate_rows(
    rows: Iterable[Row],
    mapping: ColumnMapping,
    options: Options,
    *,
    survey: Survey | None = None,
    row_check: RowCheck | None = None,
) -> Iterator[Verdict]:
    """A verdict for each row, in order, in constant memory.

    With the *survey* of the same table, repeats are merged or refused and dates read in the order their
    column shows; without it, what depends on the rest of the file is refused row by row.
    """
    columns = survey.columns if survey else columns_for(mapping, options)
    for batch in batches(rows):
        yield from _check_batch(batch, mapping, options, columns, survey, row_check)


def _check_batch(
    batch: Sequence[Row],
    mapping: ColumnMapping,
    options: Options,
    columns: Mapping[str, Column],
    survey: Survey | None,
    row_check: RowCheck | None,
) -> Iterator[Verdict]:
    headers = mapping.headers
    cells = transpose(batch, len(headers))
    problems: dict[int, list[Problem]] = {}

    def add(index: int, key: str, value: str, sentence: str, fatal: bool = True) -> None:
        problems.setdefault(index, []).append(Problem(batch[index][0], key, value, sentence, fatal))

    values: dict[str, Sequence[Any]] = {}
    for key, column in columns.items():
        at = mapping.sources[key]
        source = cells[at[0]] if len(at) == 1 else _joined([cells[each] for each in at], TARGETS[key].joiner)
        values[key], faults = column(source)
        for fault in faults:
            add(
                fault.at,
                key,
                source[fault.at],
                f"{TARGETS[key].label} {fault.sentence}.",
                fault.fatal,
            )
    _settle_money(values, add)
    _settle_notes(values, cells, headers, mapping, options, add)
    _settle_outcome(values, add)
    naming = [values[key] for key in NAMING if key in values]
    conflicts = survey.conflicts if survey else {}
    # The usual batch has nothing for this loop to find.
    shifted = max(len(row) for _, row in batch) > len(headers)
    for index, (number, row) in enumerate(batch if shifted or conflicts or row_check else ()):
        if len(row) > len(headers):
            add(
                index,
                "",
                "",
                mark(
                    "This row has {cells} cells under {names} column names: a delimiter inside a cell is not quoted."
                ).format(cells=len(row), names=len(headers)),
            )
        if row_check is not None and (why := row_check(row)):
            add(index, "", "", why)
        if why := conflicts.get(number):
            add(index, "", "", why)
    named = list(map(any, zip(*naming, strict=True))) if naming else [False] * len(batch)
    for index, known in enumerate(named):
        # A row refused as a whole already has the reason that matters.
        if not known and not any(each.fatal and not each.field for each in problems.get(index, ())):
            add(
                index,
                "",
                "",
                mark("This row names no machine: it has neither tag nor serial number nor any other identifier."),
            )
    merged = survey.merged if survey else {}
    keys = tuple(values)
    found_rows = zip(*values.values(), strict=True) if values else iter([()] * len(batch))
    for index, found in enumerate(found_rows):
        wrong: Sequence[Problem] = problems.get(index, ())
        number = batch[index][0]
        if wrong and any(problem.fatal for problem in wrong):
            yield Verdict(number, None, wrong)
        elif number in merged:
            yield Verdict(number, None, wrong, merged[number])
        else:
            yield Verdict(number, dict(zip(keys, found, strict=True)), wrong)


def _joined(columns: Sequence[Sequence[str]], joiner: str) -> list[str]:
    return [joiner.join(filter(None, (cell.strip() for cell in row))) for row in zip(*columns, strict=True)]


def _settle_money(values: dict[str, Sequence[Any]], add: Callable[..., None]) -> None:
    """Split a cost from the currency its cell names; a currency column that says otherwise is refused."""
    if "purchase_cost" not in values:
        return
    costs: Sequence[Money | None] = values["purchase_cost"]
    stated: Sequence[str | None] = values.get("currency") or (None,) * len(costs)
    currencies: list[str | None] = []
    for index, (cost, said) in enumerate(zip(costs, stated, strict=True)):
        shown = cost.currency if cost else None
        if said and shown and said != shown:
            add(
                index,
                "currency",
                said,
                mark("The cost is in {shown}, the currency column says {said}.").format(shown=shown, said=said),
            )
        currencies.append(said or shown)
    values["purchase_cost"] = [cost and cost.amount for cost in costs]
    values["currency"] = currencies


def _settle_outcome(values: Mapping[str, Sequence[Any]], add: Callable[..., None]) -> None:
    if "outcome" not in values and "outcome_date" not in values:
        return
    size = len(next(iter(values.values())))
    nothing: Sequence[Any] = (None,) * size
    dates = values.get("outcome_date", nothing)
    for index, (outcome, when) in enumerate(zip(values.get("outcome", nothing), dates, strict=True)):
        if outcome and not when:
            add(
                index,
                "outcome_date",
                "",
                mark("A past outcome needs its date, to be counted in its year."),
            )
        elif when and not outcome:
            add(index, "outcome", "", mark("There is a date of an outcome and no outcome."))


def _settle_notes(
    values: dict[str, Sequence[Any]],
    cells: Sequence[Sequence[str]],
    headers: Sequence[str],
    mapping: ColumnMapping,
    options: Options,
    add: Callable[..., None],
) -> None:
    """Unmapped columns that are to be kept go into the notes, as does a kind's word that nobody knows."""
    kept = [(header, cells[at]) for at, header in enumerate(headers) if header in options.keep]
    kinds = values.get("kind")
    if kinds is not None and "unknown" in kinds:
        at = mapping.sources["kind"][0]
        words = [word if kind == "unknown" else "" for word, kind in zip(cells[at], kinds, strict=True)]
        kept.append((headers[at], words))
    if not kept:
        return
    limit = TARGETS["notes"].limit
    notes: list[str | None] = list(values.get("notes") or (None,) * len(cells[0]))
    parsers = [(header, TextColumn(limit, multiline=True)(column)) for header, column in kept]
    for header, (texts, faults) in parsers:
        for fault in faults:
            add(fault.at, "notes", "", f"{header} {fault.sentence}.", fault.fatal)
        for index, text in enumerate(texts):
            if text:
                before = notes[index]
                notes[index] = f"{before}\n{header}: {text}" if before else f"{header}: {text}"
    for index, note in enumerate(notes):
        if note and len(note) > limit:
            add(
                index,
                "notes",
                "",
                mark("The notes have {length} characters; at most {limit} are kept.").format(
                    length=len(note), limit=limit
                ),
            )
    values["notes"] = notes
