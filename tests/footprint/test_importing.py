"""Files of factors: what is understood, what is refused in a sentence, and that nothing else is taken."""

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ValidationRefused
from inventory.footprint.factors import shipped
from inventory.footprint.importing import read_factors
from inventory.footprint.schemas import check_set
from inventory.reading.documents import Document

HEAD = "# title: UK factors\n# source: https://example.org/factors\n# licence: OGL 3.0\n# published: 2025\n"
COLUMNS = "name,value,unit,year,source,seen\n"
ROW = "waste_landfill,8.98,kg CO2e/t,2025,row 7 of the flat file,official\n"


def document(text: str, name: str = "factors.csv") -> Document:
    return Document(name, text.encode())


def test_a_table_of_conversion_factors_is_a_set() -> None:
    found = read_factors(
        document(f"{HEAD}# notice: Crown copyright\n{COLUMNS}{ROW}own_name,1,kg CO2e/item,,ours,third party\n")
    )
    [content] = found.sets
    assert (content["subject"], content["title"], content["published"]) == ("conversion", "UK factors", "2025")
    assert content["version"] == "2025" and content["notice"] == "Crown copyright"
    assert content["values"]["waste_landfill"] == {
        "value": 8.98, "unit": "kg CO2e/t", "year": 2025, "source": "row 7 of the flat file", "seen": "official",
    }  # fmt: skip
    assert found.findings == (
        "No figure rests on it (1): own_name.",
        "Not compared with the official file (1): own_name.",
    )
    semicolons = (COLUMNS + "waste_landfill;8,98;kg CO2e/t;2025;row 7;official\n").replace(
        "name,value,unit,year,source,seen", "name;value;unit;year;source;seen"
    )
    [other] = read_factors(document(HEAD + semicolons)).sets
    assert other["values"]["waste_landfill"]["value"] == 8.98
    assert other["key"] != content["key"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (COLUMNS + ROW, "a line “# source: ...” is missing"),
        (HEAD.replace("# licence: OGL 3.0\n", "") + COLUMNS + ROW, "a line “# licence: ...” is missing"),
        (HEAD + COLUMNS, "one to"),
        (HEAD + COLUMNS + ROW + ROW, "Row 2: waste_landfill stands there twice"),
        (HEAD + COLUMNS + ROW.replace("8.98", "about 9"), "Row 1: 'about 9' is no number"),
        (HEAD + COLUMNS + ROW.replace("8.98", "nan"), "is no number"),
        (HEAD + COLUMNS + ROW.replace("8.98", "-1"), "waste_landfill: value"),
        (HEAD + COLUMNS + ROW.replace("kg CO2e/t", "t CO2e/t"), "is taken in kg CO2e/t, not in t CO2e/t"),
        (HEAD + COLUMNS + ROW.replace("official", "maybe"), "seen"),
        (HEAD + COLUMNS + ROW.replace("waste_landfill", "Waste Landfill"), "is no name of a value"),
        (HEAD.replace("2025", "last year") + COLUMNS + ROW, "has not the form"),
        ("", "no file of factors"),
        ("hello", "no file of factors"),
        ("tag,kind\nA,laptop\n", "no file of factors"),
        ("[1, 2]", "no file of factors"),
        ("# only a remark", "no file of factors"),
        ('"unclosed', "no file of factors"),
        ("manufacturer,name,subcategory,gwp_total,gwp_use_ratio,weight\n", "holds no factor that can be used"),
        ("\x00" * 20, "no file of factors"),
        ("name,value,unit,year,source,seen\n" + "a,1,b,1,c,official\n" * 50_001, "more than 50,000 rows"),
        ("{}", "key"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ValidationRefused, match=r"\.$") as refusal:
        read_factors(document(text))
    assert says in refusal.value.message


@pytest.mark.parametrize("each", shipped(), ids=lambda each: each.key)
def test_every_shipped_set_is_what_the_schema_asks_for_and_can_be_brought_in_as_a_file(each: Any) -> None:
    names = ("subject", "title", "version", "source", "licence", "published", "notice", "values")
    content = {"key": "again"} | {name: getattr(each, name) for name in names}
    [found] = read_factors(document(json.dumps(content), "set.json")).sets
    assert found == content


CLASSES = {
    "key": "ours-1", "subject": "class_footprint", "title": "Ours", "version": "1", "source": "a scale",
    "licence": "none", "published": "2026-11-01",
    "values": {"laptop": {"rows": 3, "embodied_kg": [1, 2, 3], "mass_kg": [1, 2, 3], "yearly_kwh": 1}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("key",), "Ours 1", "has not the form"),
        (("key",), 7, "key"),
        (("subject",), "weather", "subject"),
        (("title",), " ", "is empty"),
        (("title",), "x\x00", "cannot be stored"),
        (("source",), "x" * 501, "longer than 500"),
        (("published",), "2026-13", "has not the form"),
        (("values",), {}, "one to"),
        (("values",), [], "Not a valid mapping"),
        (("values",), {"toaster": {}}, "'toaster' is no name"),
        (("values", "laptop"), 5, "laptop"),
        (("values", "laptop", "rows"), 0, "rows"),
        (("values", "laptop", "embodied_kg"), [3, 2, 1], "in their order"),
        (("values", "laptop", "embodied_kg"), [1, 2], "in their order"),
        (("values", "laptop", "mass_kg"), [1, 2, float("inf")], "mass_kg"),
        (("values", "laptop", "mass_kg"), [1, 2, 2_000_000], "mass_kg"),
        (("values", "laptop", "colour"), "red", "colour"),
        (("more",), 1, "more"),
    ],
)
def test_a_set_that_is_not_right_is_refused_by_the_name_of_what_is_wrong(
    path: tuple[str, ...], value: Any, says: str
) -> None:
    content: Any = deepcopy(CLASSES)
    place = content
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ValidationRefused) as refusal:
        check_set(content)
    assert says in refusal.value.message


def test_parameters_of_avoided_emissions_come_all_together() -> None:
    content = CLASSES | {"subject": "avoided", "values": {"life_new_years": {"low": 5, "central": 4, "high": 4}}}
    with pytest.raises(ValidationRefused, match=r"displacement_donated, .* must be there too"):
        check_set(content)
    with pytest.raises(ValidationRefused):
        check_set("text")


def test_numbers_written_as_text_are_stored_as_numbers() -> None:
    content = CLASSES | {"values": {"laptop": CLASSES["values"]["laptop"] | {"yearly_kwh": "2.5"}}}  # type: ignore[index]
    assert check_set(content)["values"]["laptop"]["yearly_kwh"] == 2.5


CELLS = st.text(alphabet="abc019.,;-#:\"'\n\x00é²|€ ", max_size=60)


@given(
    st.one_of(st.binary(max_size=200), CELLS.map(str.encode), CELLS.map(lambda text: (HEAD + COLUMNS + text).encode()))
)
def test_any_file_is_a_set_or_refused(content: bytes) -> None:
    with suppress(ValidationRefused):
        assert read_factors(Document("any.csv", content)).sets
