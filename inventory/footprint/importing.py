"""Files of factors that are understood, and what each holds. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from inventory.errors import ValidationRefused
from inventory.footprint import boavizta, conversions
from inventory.footprint.brought import Brought, Table, table_of
from inventory.footprint.schemas import check_set
from inventory.reading.documents import Document


class Format(NamedTuple):
    """A kind of table: what people call it, whether a table is one, and what it holds."""

    label: str
    reads: Callable[[Table], bool]
    read: Callable[[Table, str], Brought]


FORMATS: Final = (
    Format("Boavizta environmental-footprint-data (CSV)", boavizta.reads, boavizta.read),
    Format("conversion factors (CSV: name, value, unit, year, source, seen)", conversions.reads, conversions.read),
)
OWN: Final = "a set in our own form (JSON)"


def read_factors(document: Document) -> Brought:
    """What the file holds, every set checked; a refusal where it is none of the formats."""
    table = table_of(document)
    found = next((each for each in FORMATS if table is not None and each.reads(table)), None)
    if found is not None and table is not None:
        brought = found.read(table, document.sha256)
    elif isinstance(document.data, dict):
        brought = Brought((document.data,))
    else:
        known = "; ".join(each.label for each in FORMATS)
        raise ValidationRefused(f"This file is no file of factors. Understood are: {known}; {OWN}.", field="file")
    if not brought.sets:
        raise ValidationRefused("The file holds no factor that can be used.", field="file")
    return replace(brought, sets=tuple(check_set(each) for each in brought.sets))
