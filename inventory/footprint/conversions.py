"""Reads a table of conversion factors: ``name,value,unit,year,source,seen`` below lines that say whose they are. Pure.

The lines before the header begin with ``#`` and name title, version, source, licence, published and notice.
"""

from typing import Any, Final

from inventory.errors import ValidationRefused
from inventory.footprint.brought import Brought, Findings, Table, number
from inventory.footprint.schemas import UNITS
from inventory.reading.plain import text, whole

COLUMNS: Final = frozenset({"name", "value", "unit", "source", "seen"})
NEEDED: Final = ("source", "licence", "published")


def reads(table: Table) -> bool:
    """Whether the table is one of conversion factors."""
    return set(table.header) >= COLUMNS


def read(table: Table, sha256: str) -> Brought:
    """The one set of the file; a refusal names what is missing."""
    if missing := [name for name in NEEDED if not table.told.get(name)]:
        raise ValidationRefused(
            f"Say whose factors these are: a line “# {missing[0]}: ...” is missing above the header.", field="file"
        )
    findings, values = Findings(), {}
    for place, cells in enumerate(table.rows, 1):
        name = cells.get("name", "")
        value = number(cells.get("value"), decimal_comma=table.decimal_comma)
        if value is None:
            raise ValidationRefused(f"Row {place}: {cells.get('value', '')[:40]!r} is no number.", field="file")
        if name in values:
            raise ValidationRefused(f"Row {place}: {name[:60]} stands there twice.", field="file")
        if name not in UNITS:
            findings.add("No figure rests on it", name[:60])
        seen = cells.get("seen", "")
        if seen == "third party":
            findings.add("Not compared with the official file", name[:60])
        told: dict[str, Any] = {"value": value, "unit": cells.get("unit", ""), "seen": seen}
        told |= {each: found for each in ("label", "source") if (found := text(cells.get(each), 500))}
        values[name] = told | {"year": whole(cells.get("year"))}
    published = table.told["published"]
    content = {
        "key": f"conversion-{published}-{sha256[:12]}",
        "subject": "conversion",
        "title": table.told.get("title") or "Conversion factors",
        "version": table.told.get("version") or published,
        "source": table.told["source"],
        "licence": table.told["licence"],
        "published": published,
        "notice": table.told.get("notice", ""),
        "values": values,
    }
    return Brought((content,), findings.sentences())
