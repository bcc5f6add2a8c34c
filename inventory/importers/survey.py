"""First reading of a file: what must be asked before its rows are read, and which rows repeat others."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice, pairwise
from typing import Final, NamedTuple

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.register import tags
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES

from .amounts import MassColumn, MoneyColumn, parse_currency
from .dates import DateColumn
from .mapping import ColumnMapping
from .tables import Row, Table
from .targets import TARGETS, Target
from .values import (
    SEPARATOR,
    Column,
    TextColumn,
    check_identifier,
    has_junk,
    is_junk_identifier,
    is_tidy,
    parse_mac,
    strip_formula_guard,
)
from .words import OUTCOMES, Words

BATCH = 2000
"""Rows judged together, column by column."""


@dataclass(frozen=True)
class Options:
    """What a person said about a file.

    ``date_orders``: target key, or "*" for every date column, to dmy, mdy or ymd.
    ``decimal_mark``: "." or ",". ``mass_unit``: g, kg or lb.
    ``words``: kind, status, outcome to {word of the file: our key}.
    ``keep``: unmapped headers to keep in the notes as "Header: value".
    ``today``: last day that is not future.
    """

    date_orders: Mapping[str, str] = field(default_factory=dict)
    decimal_mark: str | None = None
    mass_unit: str | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()
    today: date = field(default_factory=lambda: datetime.now(UTC).date())


class Question(NamedTuple):
    """What must be settled before rows are read: for which target key, by which option."""

    field: str
    option: str
    sentence: str


@dataclass
class Survey:
    """First reading of a file: how many rows, what to ask, and which rows are about the same machine.

    ``merged``: row to the earlier row it repeats; ``conflicts``: row to a sentence naming the others.
    """

    rows: int
    questions: list[Question]
    merged: dict[int, int]
    conflicts: dict[int, str]
    columns: dict[str, Column] = field(repr=False)


_OPTION_OF: Final = {
    "past_date": "date_order",
    "date": "date_order",
    "money": "decimal_mark",
    "mass": "mass_unit",
}


def _check_tag(text: str) -> str:
    if problem := tags.problem_with(text):
        raise ValidationRefused(problem)
    return text


def _has_bad_tag(joined: str) -> bool:
    return any(tag and tags.problem_with(tag) for tag in joined.split(SEPARATOR))


def _column(target: Target, mapping: ColumnMapping, options: Options) -> Column:
    order = options.date_orders.get(target.key, options.date_orders.get("*"))
    blank = target.blank_words
    match target.parser:
        case "tag":
            return TextColumn(target.limit, check=_check_tag, suspect=_has_bad_tag)
        case "identifier":
            return TextColumn(target.limit, check=check_identifier, suspect=has_junk)
        case "notes":
            return TextColumn(target.limit, multiline=True)
        case "past_date" | "date":
            return DateColumn(order, past=target.parser == "past_date", today=options.today)
        case "money":
            return MoneyColumn(options.decimal_mark)
        case "mass":
            return MassColumn(options.mass_unit or mapping.mass_unit)
        case "mac":
            return Column(parse_mac, blank_words=True)
        case "currency":
            return Column(parse_currency, blank_words=blank)
        case "kind":
            return Column(Words(options.words.get("kind", {}), KINDS).kind)
        case "status":
            return Column(Words(options.words.get("status", {}), STATUSES).status)
        case "outcome":
            return Column(Words(options.words.get("outcome", {}), OUTCOMES).outcome)
    return TextColumn(target.limit, blank_words=blank)


def columns_for(mapping: ColumnMapping, options: Options) -> dict[str, Column]:
    """A parser for each mapped target, by its key."""
    return {key: _column(TARGETS[key], mapping, options) for key in mapping.sources}


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows, BATCH at a time."""
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def transpose(batch: Sequence[Row], width: int) -> Sequence[Sequence[str]]:
    """The cells of a batch by column."""
    # zip stops at the shortest row, and rows are padded: cells beyond the headers fall away here.
    return list(zip(*(cells for _, cells in batch), strict=False))[:width]


def survey_table(table: Table, mapping: ColumnMapping, options: Options) -> Survey:
    """Read the file once for what only the whole of it tells; two words of memory for each row."""
    columns = columns_for(mapping, options)
    asking = {key: column for key, column in columns.items() if TARGETS[key].parser in _OPTION_OF}
    tag, serial, maker = (mapping.sources.get(key, (-1,))[0] for key in ("tag", "serial", "manufacturer"))
    hashes = (array("q"), array("q"))
    count = 0
    for batch in batches(table.rows()):
        count += len(batch)
        cells = transpose(batch, len(table.headers))
        for key, column in asking.items():
            for position in mapping.sources[key]:
                column.survey(cells[position])
        if tag >= 0:
            hashes[0].extend(hash(key) if key else 0 for key in _keys(cells[tag]))
        if serial >= 0:
            makers = _keys(cells[maker]) if maker >= 0 else ("",) * len(batch)
            pairs = zip(_keys(cells[serial]), makers, strict=True)
            hashes[1].extend(hash(pair) if pair[0] else 0 for pair in pairs)
    questions = [
        Question(key, _OPTION_OF[TARGETS[key].parser], sentence)
        for key, column in asking.items()
        if (sentence := column.question())
    ]
    merged, conflicts = _repeats(table, [_twice(each) for each in hashes], (tag, serial, maker))
    return Survey(count, questions, merged, conflicts, columns)


def _tag_key(text: str) -> str:
    return tags.normalise(strip_formula_guard(text))


def _keys(cells: Sequence[str]) -> Sequence[str]:
    """What ``_tag_key`` gives for each cell; in one go where no cell has anything to tidy."""
    joined = f"{SEPARATOR}{SEPARATOR.join(cells)}{SEPARATOR}"
    if "  " in joined or not is_tidy(joined, len(cells)):
        return [_tag_key(cell) for cell in cells]
    return joined.upper().split(SEPARATOR)[1:-1]


def _twice(hashes: "array[int]") -> frozenset[int]:
    """Places (from 0) of the rows whose hash comes more than once; 0 stands for a blank."""
    again = {one for one, two in pairwise(sorted(hashes)) if one == two} - {0}
    return frozenset(place for place, value in enumerate(hashes) if value in again) if again else frozenset()


def _repeats(
    table: Table, twice: Sequence[frozenset[int]], positions: tuple[int, int, int]
) -> tuple[dict[int, int], dict[int, str]]:
    """Look again at rows whose tag or serial number comes twice: equal ones merge, others are refused."""
    if not any(twice):
        return {}, {}
    tag, serial, maker = positions
    groups: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for place, (number, cells) in enumerate(table.rows()):
        keys: list[tuple[str, ...]] = []
        if place in twice[0]:
            keys.append(("tag", _tag_key(cells[tag])))
        if place in twice[1] and not is_junk_identifier(bare := _tag_key(cells[serial])):
            keys.append(("serial number", bare, _tag_key(cells[maker]) if maker >= 0 else ""))
        for each in keys:
            groups[each].append((number, hash(tuple(cell.strip() for cell in cells))))
    merged: dict[int, int] = {}
    conflicts: dict[int, str] = {}
    for each, found in groups.items():
        numbers = [number for number, _ in found]
        if len({content for _, content in found}) == 1:
            merged.update(dict.fromkeys(numbers[1:], numbers[0]))
            continue
        shown = ", ".join(map(str, numbers[:10])) + (" and more" if len(numbers) > 10 else "")
        sentence = mark("Rows {rows} bear the same {what} “{value}” and differ. Keep one of them.").format(
            rows=shown, what=each[0], value=each[1]
        )
        conflicts.update(dict.fromkeys(numbers, sentence))
    return {row: first for row, first in merged.items() if row not in conflicts}, conflicts
