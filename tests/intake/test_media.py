"""What a drive is by its model, and its capacity where a tool rounded it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.intake.media import agreed_capacity, capacity_of, is_raid, is_virtual, medium_by_model


@pytest.mark.parametrize(
    ("model", "medium"),
    [
        ("WDC WD5000AAKX-0", "hdd"),
        ("WDC WDS120G1G0A-", "ssd"),
        ("ST3250318AS", "hdd"),
        ("KINGSTON SA400S3", "ssd"),
        ("Crucial_CT275MX3", "ssd"),
        ("HS-SSD-WAVE(S) 2", "ssd"),
        ("TS32GSSD370S", "ssd"),
        ("TOSHIBA THNSNS12", "ssd"),
        ("TOSHIBA MQ01ABD0", "hdd"),
        ("SAMSUNG HD161HJ", "hdd"),
        ("Samsung SSD 850", "ssd"),
        ("KBG30ZMV256G NVMe", "nvme"),
        ("Widget", None),
        ("", None),
        (None, None),
    ],
)
def test_a_models_name_tells_its_medium_or_nothing(model: str | None, medium: str | None) -> None:
    assert medium_by_model(model) == medium


def test_discs_of_software_and_of_raid_controllers_are_known_by_name() -> None:
    assert is_virtual("Msft Virtual Disk")
    assert not is_virtual("ST3250318AS")
    assert not is_virtual(None)
    assert is_raid("PERC H710")
    assert is_raid("LOGICAL VOLUME")
    assert not is_raid("Samsung SSD 850")
    assert not is_raid(None)


@pytest.mark.parametrize(
    ("told", "size"),
    [
        (160041.88569599998, 160_041_885_696),
        (160042.0, 160_041_885_696),
        (305245, 320_072_933_376),
        (238475, 250_059_350_016),
        (32017.0, 32_017_047_552),
        (1000204.886016, 1_000_204_886_016),
        (123456, 123_456_000_000),
        (1, None),
        (1e12, None),
    ],
)
def test_a_capacity_in_megabytes_is_completed_to_the_one_agreed_on(told: float, size: int | None) -> None:
    assert capacity_of(told) == size


@given(
    st.sampled_from([32, 40, 60, 64, 80, 120, 128, 160, 240, 250, 256, 320, 480, 500, 512, 640, 750, 960, 1000, 2000])
)
def test_an_agreed_capacity_is_found_again_from_either_megabyte(gigabytes: int) -> None:
    size = agreed_capacity(gigabytes)
    assert capacity_of(round(size / 10**6)) == size
    assert capacity_of(round(size / 2**20)) == size
