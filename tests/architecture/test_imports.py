"""The import rule: a file imports from lower floors only, never up, never sideways."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "inventory"
FLOORS = [
    {"printing", "reading", "errors", "discovery", "config", "i18n", "local_ca"},
    {"db"},
    {"accounts"},
    {"register"},
    {"lifecycle"},
    {"procurement", "recycling", "reuse", "sanitisation", "intake", "footprint", "scanning", "stocktaking"},
    {"reports", "importers", "arrivals", "labels", "advice", "demo"},
    {"publishing"},
    {"api", "web", "cli"},
    {"app"},
]
FLOOR_OF = {name: number for number, floor in enumerate(FLOORS) for name in floor}
ALONE = {"printing", "reading", "errors", "discovery", "config", "i18n", "local_ca"}
"""These know nothing of the product, so not each other's product words either; errors may be used by all."""
PURE = {
    "accounts/permissions.py",
    "register/kinds.py",
    "register/model_keys.py",
    "footprint/factors.py",
    "footprint/mass.py",
    "footprint/carbon.py",
    "footprint/brought.py",
    "footprint/boavizta.py",
    "register/statuses.py",
    "register/tags.py",
    "register/identifiers.py",
    "lifecycle/event_types.py",
    "lifecycle/waste_hierarchy.py",
    "lifecycle/rules.py",
    "lifecycle/state.py",
    "lifecycle/effects.py",
    "lifecycle/conditions.py",
    "lifecycle/details.py",
    "lifecycle/bench.py",
    "sanitisation/handing_over.py",
    "advice/rules.py",
    "advice/systems.py",
    "lifecycle/fields.py",
    "lifecycle/checking.py",
    "lifecycle/canonical.py",
    "lifecycle/counting.py",
    "lifecycle/describe.py",
    "sanitisation/rules.py",
    "sanitisation/findings.py",
    "sanitisation/judging.py",
    "sanitisation/standings.py",
    "sanitisation/techniques.py",
    "sanitisation/readers/_values.py",
    "sanitisation/readers/blancco_xml.py",
    "sanitisation/readers/nvme_sanitize_log.py",
    "sanitisation/readers/nwipe_log.py",
    "sanitisation/readers/usody_json.py",
    "sanitisation/readers/workbench_erasures.py",
    "intake/findings.py",
    "intake/questions.py",
    "intake/stored.py",
    "intake/gathering.py",
    "intake/identity.py",
    "intake/kinds.py",
    "intake/makers.py",
    "intake/media.py",
    "intake/merging.py",
    "intake/reading.py",
    "scanning/clock.py",
    "scanning/controls.py",
    "scanning/incoming.py",
    "scanning/schemas.py",
    "scanning/twice.py",
    "stocktaking/rules.py",
    "publishing/frozen.py",
    "reuse/rules.py",
    "reuse/schemas.py",
}
KNOW_FLASK = {"flask", "flask_sqlalchemy", "flask_smorest", "flask_wtf", "flask_migrate", "werkzeug", "click"}
MAY_KNOW_FLASK = {"app", "api", "web", "cli", "db", "migrations"}
MAY_COMMIT = {"db", "api", "web", "cli"}


def place(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "inventory":
                found += [f"inventory.{alias.name}" for alias in node.names]
            else:
                found.append(node.module)
    return found


def violations(path: Path, source: str) -> list[str]:
    """Every way in which *source*, standing at *path*, breaks the rule, in words."""
    here, name = place(path), path.relative_to(ROOT).as_posix()
    if here in ("migrations", "__init__"):
        return []
    found = []
    if here not in FLOOR_OF:
        return [f"{name} stands on no floor"]
    for module in imports(source):
        parts = module.split(".")
        if parts[0] in KNOW_FLASK and here not in MAY_KNOW_FLASK:
            found.append(f"{name} knows {parts[0]}")
        if name in PURE and (parts[0] in ("sqlalchemy", "flask") or module == "inventory.db"):
            found.append(f"{name} is pure and knows {module}")
        if parts[0] != "inventory" or len(parts) < 2 or parts[1] == here or parts[1] == "__version__":
            continue
        there = parts[1]
        if there not in FLOOR_OF:
            found.append(f"{name} imports {module}, which stands on no floor")
        elif FLOOR_OF[there] > FLOOR_OF[here]:
            found.append(f"{name} imports {module}, which stands above it")
        elif FLOOR_OF[there] == FLOOR_OF[here] and not (here == "printing" or there in ("errors", "i18n")):
            found.append(f"{name} imports {module}, which stands beside it")
    if ".commit(" in source and here not in MAY_COMMIT:
        found.append(f"{name} commits")
    return found


def sideways(path: Path, source: str) -> list[str]:
    """Reports and importers do not know each other, only their common base."""
    here = place(path)
    if here != "reports" or path.stem.startswith("_"):
        return []
    return [
        f"{path.name} imports {module}"
        for module in imports(source)
        if module.startswith(f"inventory.{here}.") and not module.split(".")[2].startswith("_")
    ]


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_a_file_imports_from_lower_floors_only(path: Path) -> None:
    source = path.read_text()
    assert violations(path, source) + sideways(path, source) == []


@pytest.mark.parametrize(
    ("name", "source", "problem"),
    [
        ("register/x.py", "from inventory.lifecycle.service import record_event", "above"),
        ("lifecycle/x.py", "import flask", "knows flask"),
        ("lifecycle/rules.py", "from sqlalchemy import select", "is pure"),
        ("lifecycle/rules.py", "from inventory.db import db", "is pure"),
        ("sanitisation/x.py", "from inventory.reuse import models", "beside"),
        ("web/x.py", "from inventory.api import add_api", "beside"),
        ("accounts/x.py", "from inventory import register", "above"),
        ("lifecycle/x.py", "session.commit()", "commits"),
        ("novelty/x.py", "", "no floor"),
        ("register/x.py", "from inventory.novelty import y", "no floor"),
    ],
)
def test_a_planted_violation_is_found(name: str, source: str, problem: str) -> None:
    assert any(problem in each for each in violations(ROOT / name, source))


def test_a_report_that_imports_another_report_is_found() -> None:
    assert sideways(ROOT / "reports" / "x.py", "from inventory.reports.headline import run")
    assert not sideways(ROOT / "reports" / "x.py", "from inventory.reports._base import Report")


def test_every_file_says_in_its_first_line_what_lives_in_it() -> None:
    silent = [path.name for path in FILES if path.stat().st_size and not path.read_text().startswith('"""')]
    assert silent == []
