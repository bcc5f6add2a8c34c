"""Headers to target columns: aliases, likeness, what a person said, and what is left over."""

import pytest

from inventory.errors import ValidationRefused
from inventory.importers.mapping import header_words, propose_mapping
from inventory.importers.targets import TARGETS


def names(headers: list[str], **more: object) -> dict[str, list[str]]:
    mapping = propose_mapping(headers, **more)  # type: ignore[arg-type]
    return {key: [headers[at] for at in positions] for key, positions in mapping.sources.items()}


@pytest.mark.parametrize("key", TARGETS)
def test_every_target_is_found_by_its_key_label_and_aliases(key: str) -> None:
    for name in (key, TARGETS[key].label, *TARGETS[key].aliases):
        assert propose_mapping([name]).sources == {key: (0,)}


def test_no_name_belongs_to_two_targets() -> None:
    owner: dict[str, str] = {}
    for key, each in TARGETS.items():
        for name in (each.key, each.label, *each.aliases):
            assert owner.setdefault(header_words(name), key) == key


def test_spelling_case_and_punctuation_do_not_matter() -> None:
    assert names(["SERIAL_NUMBER", "PurchaseDate", "asset-tag", "Cost (GBP)"]) == {
        "serial": ["SERIAL_NUMBER"], "purchase_date": ["PurchaseDate"], "tag": ["asset-tag"],
        "purchase_cost": ["Cost (GBP)"],
    }  # fmt: skip


def test_a_slip_of_the_pen_is_proposed_with_less_confidence() -> None:
    mapping = propose_mapping(["Manufacurer", "Serial nubmer"])
    assert mapping.sources == {"manufacturer": (0,), "serial": (1,)}
    assert all(90 <= score < 100 for score in mapping.confidence.values())


@pytest.mark.parametrize("header", ["Model notes", "Colour", "Next audit date", "Tax", "Rack"])
def test_other_headers_are_reported_not_stretched(header: str) -> None:
    mapping = propose_mapping(["Tag", header])
    assert mapping.unmapped == (header,)


def test_an_exact_name_wins_over_a_likely_one_and_one_target_takes_one_column() -> None:
    mapping = propose_mapping(["Serial numbers", "Serial number", "Serial"])
    assert mapping.sources == {"serial": (1,)}
    assert mapping.unmapped == ("Serial numbers", "Serial")


def test_what_a_person_said_wins_and_several_columns_join() -> None:
    headers = ["Tag", "First", "Last", "Serial", "Junk"]
    mapping = propose_mapping(
        headers, given={"first": "custodian", "Last": "custodian", "Serial": "service_tag", "Junk": "-"}
    )
    assert mapping.sources == {"tag": (0,), "custodian": (1, 2), "service_tag": (3,)}
    assert mapping.unmapped == ()
    assert mapping.ignored == {4}


def test_a_target_that_a_person_gave_away_is_not_taken_by_a_name() -> None:
    assert names(["Model", "Real model"], given={"Real model": "model"}) == {"model": ["Real model"]}


def test_unknown_columns_and_targets_are_refused_with_the_choice() -> None:
    with pytest.raises(ValidationRefused, match="There is no column Colour in this file; it has: Tag"):
        propose_mapping(["Tag"], given={"Colour": "notes"})
    with pytest.raises(ValidationRefused, match="There is no target column colour"):
        propose_mapping(["Tag"], given={"Tag": "colour"})


def test_columns_about_people_are_pointed_out() -> None:
    assert propose_mapping(["Tag", "Email", "Username", "Colour"]).unmapped_personal == ("Email", "Username")


def test_the_unit_of_mass_is_read_from_the_header() -> None:
    assert propose_mapping(["Weight (kg)"]).mass_unit == "kg"
    assert propose_mapping(["mass_g"]).mass_unit == "g"
    assert propose_mapping(["Weight"]).mass_unit is None
