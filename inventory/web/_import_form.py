"""The form that says what a file's columns mean and how it is to be imported: shown, and read back."""

from itertools import islice
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from inventory.importers._base import importers
from inventory.importers.asking import DECIMAL_MARKS, KEEP, MASS_UNITS, Asked
from inventory.importers.dates import ORDERS
from inventory.importers.mapping import looks_personal
from inventory.importers.names import CREATABLE
from inventory.importers.on_record import UPDATE_BY
from inventory.importers.tables import Facts, Table
from inventory.importers.targets import TARGETS
from inventory.register.statuses import STATUSES

SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60
_ORDER_WORDS: Final = {
    "dmy": "Day first: 31/12/2025",
    "mdy": "Month first: 12/31/2025",
    "ymd": "Year first: 2025-12-31",
}


def columns_of(table: Table, asked: Asked) -> list[dict[str, Any]]:
    """Each column with what it is taken to mean, how surely, and some of its cells."""
    reading = asked.reading(table)
    meant = {at: key for key, places in reading.mapping.sources.items() for at in places}
    rows = [cells for _, cells in islice(table.rows(), 200)]
    found = []
    for at, header in enumerate(table.headers):
        samples = list(dict.fromkeys(text for row in rows if (text := row[at].strip())))[:SAMPLES]
        key = meant.get(at, "")
        found.append(
            {
                "name": f"c{at}",
                "header": header,
                "value": key or (KEEP if header in reading.options.keep else ""),
                "confidence": reading.mapping.confidence.get(key) if key else None,
                "samples": [each[:_LONGEST_SAMPLE] + ("…" if len(each) > _LONGEST_SAMPLE else "") for each in samples],
                "personal": looks_personal(header),
            }
        )
    return found


def target_options() -> list[tuple[str, Any]]:
    """What a column may mean."""
    columns = [(key, target.label) for key, target in TARGETS.items()]
    return [("", "Leave it out"), (KEEP, "Keep it in the notes"), ("It is the", columns)]


def choices(facts: Facts | None) -> dict[str, list[tuple[str, str]]]:
    """The options of the form's other controls."""
    return {
        "format": [("", "Found by its columns"), *((key, each.label) for key, each in importers().items())],
        "date_order": [("", "As the column shows"), *((key, _ORDER_WORDS[key]) for key in ORDERS)],
        "decimal_mark": [("", "As the column shows"), *((key, f"1{key}50") for key in DECIMAL_MARKS)],
        "mass_unit": [("", "As the column says"), *((key, key) for key in MASS_UNITS)],
        "without_status": [
            ("", "Refuse them"),
            *((key, STATUSES[key].label) for key in STATUSES if key != "withdrawn"),
        ],
        "update_by": [
            ("", "Leave them as they are"),
            *((key, f"Record changes; match by {TARGETS[key].label.lower()}") for key in UPDATE_BY),
        ],
        "create": list(CREATABLE.items()),
        "sheets": [(name, name) for name in facts.sheets] if facts else [],
    }


def read_form(form: MultiDict[str, str], table: Table, before: Asked) -> Asked:
    """What the form says. Raises ValidationRefused naming the field."""
    columns = {
        header: form.get(f"c{at}", "")[:40]
        for at, header in enumerate(table.headers)
        if f"c{at}" in form or form.get("whole") == "1"
    }
    order = form.get("date_order", "")
    return Asked(
        format=form.get("format", before.format)[:40],
        columns=columns or before.columns,
        date_orders={"*": order} if order else {},
        decimal_mark=form.get("decimal_mark") or None,
        mass_unit=form.get("mass_unit") or None,
        words=read_words(form.get("words", "")),
        encoding=before.encoding,
        delimiter=before.delimiter,
        sheet=form.get("sheet") or before.sheet,
        header_row=before.header_row,
        source=" ".join(form.get("source", "").split())[:80],
        update_by=form.get("update_by") or None,
        skip_refused=form.get("together") == "each",
        create=[each for each in CREATABLE if each in form.getlist("create")],
        without_status=form.get("without_status") or None,
    )


def read_words(text: str) -> dict[str, dict[str, str]]:
    """Lines of ``status: Bench = in_stock``; what is not of that form is left out by being shown again."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines()[:200]:
        target, colon, rest = line.partition(":")
        word, sign, key = rest.rpartition("=")
        if colon and sign and word.strip():
            plain = key.strip().lower().replace(" ", "_")
            found.setdefault(target.strip().lower(), {})[word.strip()[:120]] = plain[:40]
    return found


def show_words(asked: Asked) -> str:
    """What ``read_words`` reads."""
    return "\n".join(
        f"{target}: {word} = {key}" for target, words in asked.words.items() for word, key in words.items()
    )


def told_rows(found: list[tuple[int, str, list[Any]]]) -> list[dict[str, Any]]:
    """Rows of a result: number, verdict, and each problem with its column in words."""
    return [
        {
            "row": row,
            "verdict": verdict,
            "problems": [
                {
                    "field": TARGETS[name].label if name in TARGETS else "",
                    "value": value[:80],
                    "sentence": sentence,
                    "fatal": fatal,
                }
                for name, value, sentence, fatal in told
            ],
        }
        for row, verdict, told in found
    ]
