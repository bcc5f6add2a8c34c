"""Photos of inspections: how large, how many, each once."""

from io import BytesIO

import pytest
from PIL import Image

from inventory.db import transaction
from inventory.errors import ValidationRefused
from inventory.register import photos
from inventory.register.models import Asset
from inventory.register.photos import MOST_PHOTOS, add_inspection_photos, photos_of
from tests.conftest import World


def picture(shade: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), (shade, shade, shade)).save(out, "PNG")
    return out.getvalue()


def test_photos_sent_again_are_kept_once_and_never_more_than_the_limit(world: World) -> None:
    world.used_machine("ED-1")
    number = world.session.query(Asset.id).scalar()
    world.session.commit()
    first, more = [picture(shade) for shade in (0, 40)], [picture(shade) for shade in range(90, 250, 20)]
    with transaction(world.session) as session:
        assert add_inspection_photos(session, number, "k", first, world.now) == 2
    with transaction(world.session) as session:
        assert add_inspection_photos(session, number, "k", first, world.now) == 0
    with pytest.raises(ValidationRefused, match="has photos already"), transaction(world.session) as session:
        add_inspection_photos(session, number, "k", more[:MOST_PHOTOS], world.now)
    assert [key for _, key in photos_of(world.session, number)] == ["k", "k"]


def test_a_photo_that_is_too_large_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.used_machine("ED-1")
    number = world.session.query(Asset.id).scalar()
    monkeypatch.setattr(photos, "MOST_PHOTO_BYTES", 10)
    with pytest.raises(ValidationRefused, match="larger than 20 MB"):
        add_inspection_photos(world.session, number, "k", [picture(1)], world.now)
