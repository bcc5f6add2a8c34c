"""P7: ten thousand labels to PDF, beside the plain way of the same library for the same codes."""

from collections.abc import Sequence
from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from benchmarks._base import PUBLIC_URL, Database, Result, interleaved, result
from inventory.labels.label import make_label
from inventory.labels.sheets import write_labels
from inventory.labels.templates import TEMPLATES
from inventory.register.tags import issue

LABELS = 10_000
PLAIN = 200
"""Codes made in the plain way, which is slow; its time is scaled up."""
LEAST_PER_SECOND = 1_100
ROUNDS = 7


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Labels per second; no database has a part in it."""
    labels = [make_label(PUBLIC_URL, issue("ED", number), model="Latitude 7490") for number in range(LABELS)]
    template = next(iter(TEMPLATES.values()))

    def ours() -> None:
        write_labels(BytesIO(), labels, template)

    def plain() -> None:
        for label in labels[:PLAIN]:
            code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
            code.add_data(label.address)
            code.make(fit=True)

    us, them = interleaved(ours, plain, rounds=ROUNDS)
    rate = LABELS / us
    return [
        result("P7", f"{LABELS:,} labels to PDF (limit: codes alone, plainly)", None, LABELS, rate, PLAIN / them,
               "per second", rate, least=LEAST_PER_SECOND)
    ]  # fmt: skip
