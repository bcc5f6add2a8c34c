"""Several reports of one machine: whose word counts, and when two drives are one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.intake.findings import BatteryFound, DriveFound, MachineFound
from inventory.intake.merging import Part, merge, merge_drives, same_drive

DISC = DriveFound(serial="WD-WX11A80W7430", model="WDC WD1600BEVT-2", capacity_bytes=160_041_885_696)


@pytest.mark.parametrize(
    ("field", "values", "wins"),
    [
        ("serial", {"lshw": "L", "dmidecode": "D"}, "D"),
        ("serial", {"lshw": "L", "dmidecode": None}, "L"),
        ("memory_bytes", {"lshw": 1, "dmidecode": 2}, 2),
        ("memory_bytes", {"lshw": 2, "dmidecode": 1}, 2),
        ("memory_bytes", {"lshw": None, "dmidecode": None}, None),
        ("macs", {"inxi": ("a",), "lshw": ()}, ("a",)),
        ("uefi", {"dmidecode": True, "efi": False}, False),
        ("tpm_version", {"dmidecode": "1.2", "tpm": "2.0"}, "2.0"),
        ("cpu_model", {"snapshot": "S", "lscpu": "C"}, "C"),
    ],
)
def test_of_each_field_the_word_of_one_source_counts(field: str, values: dict[str, object], wins: object) -> None:
    parts = [Part(source, replace(MachineFound(), **{field: value})) for source, value in values.items()]  # type: ignore[arg-type]
    assert getattr(merge(parts), field) == wins
    assert getattr(merge(parts[::-1]), field) == wins


def test_a_tag_that_repeats_the_serial_number_of_another_source_is_none() -> None:
    parts = [Part("lshw", MachineFound(serial="S")), Part("dmidecode", MachineFound(asset_tag="S"))]
    assert merge(parts).asset_tag is None


def test_the_battery_is_put_together_of_what_each_measured() -> None:
    dmi = MachineFound(battery=BatteryFound(serial="1234", design_mwh=57_000))
    sysfs = MachineFound(battery=BatteryFound(design_mwh=56_000, full_mwh=50_000))
    assert merge([Part("dmidecode", dmi), Part("battery", sysfs)]).battery == BatteryFound("1234", 56_000, 50_000)
    assert merge([Part("lshw", MachineFound())]).battery is None


def test_the_kind_comes_with_its_reason_from_the_first_that_knows() -> None:
    unknown = MachineFound(kind_because="nothing tells")
    known = MachineFound(kind="laptop", kind_because="it has a battery")
    merged = merge([Part("dmidecode", unknown), Part("lshw", known)])
    assert (merged.kind, merged.kind_because) == ("laptop", "it has a battery")
    assert merge([Part("dmidecode", unknown)]).kind_because == "nothing tells"


def test_the_list_of_drives_is_whole_if_one_source_lists_them() -> None:
    parts = [Part("lshw", MachineFound(lists_drives=True)), Part("dmidecode", MachineFound())]
    assert merge(parts).lists_drives
    assert not merge(parts[1:]).lists_drives


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(DISC, serial="wd wx11a80w7430"), True),
        (replace(DISC, serial="WD-OTHER"), False),
        (replace(DISC, serial=None, model="WDC WD1600BEVT-22A23T0"), True),
        (replace(DISC, serial=None, model="BEVT-2", capacity_bytes=160_041_885_696), True),
        (replace(DISC, serial=None, model="ST9160310AS"), False),
        (replace(DISC, serial=None, capacity_bytes=1), False),
        (replace(DISC, serial=None, capacity_bytes=None), False),
        (replace(DISC, serial=None, model=None), False),
        (replace(DISC, serial=None, model="W"), False),
    ],
)
def test_two_drives_are_one_by_serial_or_else_by_model_and_capacity(other: DriveFound, same: bool) -> None:
    assert same_drive(DISC, other) is same
    assert same_drive(other, DISC) is same


def test_what_smartctl_says_of_a_drive_goes_before_what_lshw_cut_off() -> None:
    smart = DriveFound(serial=DISC.serial, model="WDC WD1600BEVT-22A23T0", health="passed")
    (merged,) = merge([Part("lshw", MachineFound(drives=(DISC,)))], [smart]).drives
    assert merged == replace(DISC, model="WDC WD1600BEVT-22A23T0", health="passed")


DRIVES = st.lists(
    st.builds(
        DriveFound,
        serial=st.none() | st.sampled_from(["A123", "B234", "a-123"]),
        model=st.none() | st.sampled_from(["ST3250318AS", "ST3250", "WDC WD1600"]),
        capacity_bytes=st.none() | st.sampled_from([1, 2]),
    ),
    max_size=4,
)


@given(DRIVES, DRIVES, st.booleans())
def test_no_serial_number_is_lost_or_told_twice(known: list[DriveFound], more: list[DriveFound], first: bool) -> None:
    one = merge_drives([], known, first=False)
    merged = merge_drives(one, more, first=first)
    assert len(merged) >= max(sum(each.serial is None for each in drives) for drives in (known, more))
    bare = [each.serial.upper().replace("-", "") for each in merged if each.serial]
    assert len(bare) == len(set(bare))
    assert {each.serial.upper().replace("-", "") for each in known + more if each.serial} == set(bare)


def test_two_equal_discs_without_serial_numbers_stay_two() -> None:
    pair = [replace(DISC, serial=None), replace(DISC, serial=None)]
    assert len(merge([Part("lshw", MachineFound(drives=tuple(pair)))], []).drives) == 2
    assert [each.serial for each in merge_drives(pair, [DISC, replace(DISC, serial="B2345")], first=True)] == [
        DISC.serial,
        "B2345",
    ]


@given(DRIVES)
def test_merging_a_list_with_itself_changes_nothing(drives: list[DriveFound]) -> None:
    one = merge_drives([], [each for each in drives if each.serial], first=False)
    assert merge_drives(one, one, first=False) == one
