"""Mass: measured before the model's before the class's, and the sum of parts is the whole."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.footprint.factors import FactorBook, FactorSet, shipped
from inventory.footprint.mass import Group, Mass, mass_of, mass_of_groups

MODELS = FactorSet(
    "models-1", "model_footprint", "Models", "1", "a maker", "none", "2024-01-01", "",
    {"dell|optiplex7060": {"mass_kg": 5.24, "embodied_kg": 203.0}, "dell|unweighed": {"embodied_kg": 100.0}},
)  # fmt: skip
BOOK = FactorBook([*shipped(), MODELS])
GROUPS = st.builds(
    lambda kind, model, weighed, rest, each: Group(kind, model, weighed + rest, weighed, weighed * each),
    st.sampled_from(["laptop", "desktop", "server", "unknown", "monitor"]),
    st.sampled_from([None, "dell|optiplex7060", "dell|unweighed", "hp|other"]),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(1, 20_000),
)


def test_a_weighed_machine_has_the_mass_it_was_found_to_have() -> None:
    assert mass_of(Group("laptop", "dell|optiplex7060", 2, 2, 3_100), BOOK) == Mass(measured_g=3_100, measured=2)


def test_the_weight_of_the_model_goes_before_the_class() -> None:
    found = mass_of(Group("desktop", "dell|optiplex7060", 3, 1, 5_000), BOOK)
    assert found == Mass(measured_g=5_000, measured=1, model_g=2 * 5_240, by_model=2)


def test_a_model_without_a_weight_leaves_it_to_the_class() -> None:
    assert mass_of(Group("laptop", "dell|unweighed", 1, 0, 0), BOOK) == Mass(class_g=1_620, by_class=1)


def test_a_kind_without_a_class_has_no_mass_and_says_so() -> None:
    found = mass_of(Group("server", None, 4, 0, 0), BOOK)
    assert found == Mass(unknown=4)
    assert found.kg is None
    assert found.estimated_percent is None


def test_without_sets_of_factors_only_what_was_weighed_has_a_mass() -> None:
    nothing = FactorBook([])
    assert mass_of(Group("laptop", "dell|optiplex7060", 2, 1, 1_000), nothing) == Mass(1_000, measured=1, unknown=1)
    assert nothing.everything == ()


@given(st.lists(GROUPS, max_size=12), st.integers(0, 12))
def test_the_sum_of_parts_is_the_whole(groups: list[Group], at: int) -> None:
    whole = mass_of_groups(groups, BOOK)
    assert whole == mass_of_groups(groups[:at], BOOK) + mass_of_groups(groups[at:], BOOK)
    assert whole.known + whole.unknown == sum(each.machines for each in groups)
    assert whole.grams >= sum(each.grams for each in groups)
