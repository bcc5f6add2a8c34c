"""A statement as files: the canonical JSON that its hash is of, and CSV."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from inventory.lifecycle.canonical import encode
from inventory.printing.cells import guard_formula
from inventory.publishing.models import Statement


def to_json(statement: Statement) -> bytes:
    """The very bytes whose SHA-256 is the statement's digest."""
    return encode(statement.content)


def to_csv(statement: Statement) -> str:
    """One line per row as published; what the numbers rest on stands in the last columns of each."""
    told = statement.content["report"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    labels = [f"{each['label']} ({each['unit']})" if each["unit"] else each["label"] for each in told["columns"]]
    writer.writerow([*labels, "period", "scope", "as_at", "rules_version", "statement", "sha256"])
    basis = [told["period"], told["scope"], told["as_at"], told["rules_version"], statement.uid, statement.digest]
    for row in told["rows"]:
        writer.writerow([_cell(row.get(each["key"])) for each in told["columns"]] + basis)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        value = value["value"]
    # A sheet would run a cell that begins like a formula.
    return guard_formula(value) if isinstance(value, str) else "" if value is None else value
