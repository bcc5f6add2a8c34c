"""`flask stock-take`: the same numbers as on the page, in three shapes; refusals in a sentence."""

import csv
import io
from pathlib import Path
from typing import Any

import pypdfium2

from tests.stocktaking.conftest import Counting, counting  # noqa: F401 - a fixture


def told(app: Any, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["stock-take", *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


def test_counts_are_listed_and_reported_in_every_shape(app: Any, counting: Counting, tmp_path: Path) -> None:  # noqa: F811
    take = counting.start(name="The hub")
    counting.scan(take, "H-0", "A-0", "NOBODY")
    counting.world.session.commit()
    assert f"{take.code}" in told(app) and "1 of 6" in told(app)
    table = told(app, take.code.lower())
    assert "The hub" in table and "Missing       5" in table and "Unknown tags  1" in table
    rows = list(csv.DictReader(io.StringIO(told(app, take.code, "--format", "csv"))))
    assert [row["group"] for row in rows] == ["missing"] * 5 + ["unexpected", "found", "unknown"]
    out = tmp_path / "count.pdf"
    told(app, take.code, "--format", "pdf", "-o", str(out))
    assert len(pypdfium2.PdfDocument(str(out))) == 1
    assert "with -o FILE" in told(app, take.code, "--format", "pdf", code=1)
    assert "cannot be written" in told(app, take.code, "--format", "pdf", "-o", str(tmp_path / "no" / "x.pdf"), code=1)
    assert "no count with the code" in told(app, "NOPE", code=1)
