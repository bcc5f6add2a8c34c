"""Names of one model compare equal, however they were written."""

import pytest

from inventory.register.model_keys import LONGEST, model_key


@pytest.mark.parametrize(
    ("manufacturer", "model", "wanted"),
    [
        ("Dell", "OptiPlex 7060", "dell|optiplex7060"),
        ("Dell Inc.", "Dell OptiPlex 7060", "dell|optiplex7060"),
        ("DELL", "optiplex-7060", "dell|optiplex7060"),
        ("Hewlett-Packard", "HP EliteBook 840 G3", "hp|elitebook840g3"),
        ("HP", "EliteBook 840 G3", "hp|elitebook840g3"),
        ("HP Inc.", "HP", "hp|hp"),
        (None, "ThinkPad X1", "|thinkpadx1"),
        ("Lenovo", None, None),
        ("Lenovo", " - ", None),
    ],
)
def test_a_model_has_one_key(manufacturer: str | None, model: str | None, wanted: str | None) -> None:
    assert model_key(manufacturer, model) == wanted


def test_a_very_long_name_is_cut() -> None:
    assert len(model_key("Maker", "x" * 300) or "") == LONGEST
