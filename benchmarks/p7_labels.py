"""P7: ten thousand labels to PDF, beside their QR matrices alone."""

import io
from pathlib import Path

import qrcode

from benchmarks._result import Measured
from benchmarks._serve import interleaved, seconds
from inventory.labels.layout import LabelText
from inventory.labels.sheets import write_sheets
from inventory.labels.templates import DEFAULT, template_named

ONCE = True
GOAL = 1_100
COUNT = 10_000


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """Needs no database; a tenth of the labels for the naive limit, which is slow."""
    if database != "sqlite":
        return []
    labels = [LabelText(f"ED-{number:05}", f"HTTPS://REUSE.EXAMPLE/T/ED-{number:05}") for number in range(COUNT)]

    def naive() -> None:
        for label in labels[: COUNT // 10]:
            code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
            code.add_data(label.address)
            code.make(fit=True)

    found = interleaved(
        {"ours": lambda: COUNT / seconds(lambda: write_sheets(io.BytesIO(), labels, template_named(DEFAULT))),
         "naive": lambda: COUNT / 10 / seconds(naive)}, min(rounds, 5))  # fmt: skip
    ratio = found["ours"] / found["naive"]
    return [
        Measured("P7 labels to PDF", "none", COUNT, f"{found['ours']:,.0f}/s", f"qrcode alone, one by one {found['naive']:,.0f}/s",
                 ratio, f">= {GOAL:,}/s", found["ours"] >= GOAL)
    ]  # fmt: skip
