"""`flask factors`: the sets there are, a trial that records nothing, and what is refused."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from inventory.footprint.models import FactorSet
from tests.conftest import World
from tests.footprint.test_boavizta import HEADER
from tests.footprint.test_importing import CLASSES


def told(app: Any, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["factors", *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


def on_record(world: World) -> int:
    found = world.session.scalar(select(func.count()).select_from(FactorSet))
    world.session.commit()
    return int(found or 0)


def test_a_file_is_tried_brought_in_and_known_again(app: Any, world: World, tmp_path: Path) -> None:
    world.session.commit()
    file = tmp_path / "us.csv"
    file.write_text(f"{HEADER}\nDell,Latitude 1,Laptop,300,0.2,20,0.25,0.7,1.5,14,01-02-2020,0.05\n"
                    "Lenovo,ThinkPad T540p,Laptop,300,0.2,,,,15.6,15,,\n")  # fmt: skip
    trial = told(app, "import", str(file), "--dry-run")
    assert "ThinkPad T540p 15.6 kg" in trial and "Nothing was recorded" in trial and "Open Database License" in trial
    assert on_record(world) == 0
    assert "2 values, in force from now" in told(app, "import", str(file), "--as", "tess")
    assert "2 values, on record already" in told(app, "import", str(file), "--as", "tess")
    assert on_record(world) == 2
    lines = told(app, "list").splitlines()
    assert sum(line.startswith("* class_footprint") for line in lines) == 1
    assert any(line.startswith("  class_footprint") and "boavizta-2023-02-23-classes" in line for line in lines)


def test_what_is_wrong_is_told_in_a_sentence(app: Any, world: World, tmp_path: Path) -> None:
    world.session.commit()
    file = tmp_path / "set.json"
    file.write_text("hello")
    assert "This file is no file of factors." in told(app, "import", str(file), "--as", "tess", code=1)
    file.write_text(json.dumps(CLASSES))
    assert "Say with --as who brings them in." in told(app, "import", str(file), code=2)
    assert "no account" in told(app, "import", str(file), "--as", "nobody", code=1).lower()
    assert on_record(world) == 0
