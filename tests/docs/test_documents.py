"""What is registered is documented, and what is documented exists."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from inventory.accounts.permissions import ROLES
from inventory.config import Settings, load_settings
from inventory.importers._base import importers
from inventory.lifecycle.describe import markdown
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.statuses import STATUSES
from inventory.reports._base import reports

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide.md").read_text()
LIFECYCLE = (ROOT / "docs/lifecycle.md").read_text()


def test_the_lifecycle_document_is_what_the_table_says_now() -> None:
    assert markdown().strip() == LIFECYCLE.strip(), "write it anew: flask --app wsgi lifecycle > docs/lifecycle.md"


@pytest.mark.parametrize("key", [*EVENT_TYPES, *STATUSES])
def test_every_event_and_status_is_in_the_lifecycle_document(key: str) -> None:
    assert f"(`{key}`)" in LIFECYCLE


@pytest.mark.parametrize("key", [*reports(), *importers(), *ROLES])
def test_every_report_importer_and_role_is_in_the_guide(key: str) -> None:
    assert f"`{key}`" in GUIDE


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_every_setting_is_in_the_guide_with_its_default(name: str) -> None:
    row = next((line for line in GUIDE.splitlines() if line.startswith(f"| `{name.upper()}` |")), None)
    assert row, name
    default = getattr(load_settings({}), name)
    wanted = "" if default in ("", None) else "01"[default] if isinstance(default, bool) else str(default)
    assert row.split("|")[2].strip().strip("`") == wanted


def test_every_command_in_the_guide_exists(app: Any) -> None:
    told = re.findall(
        r"^\| ((?:`[a-z -]+`(?:, )?)+) \| [a-z]", GUIDE.split("On the terminal")[1].split("**Personal")[0], re.M
    )
    names = [name for row in told for name in re.findall(r"`([^`]+)`", row)]
    assert len(names) >= 8
    for name in names:
        words = [word for word in name.split() if not word.startswith("-")]
        command: Any = app.cli
        for word in words:
            command = command.commands[word]
    documented = {name.split()[0] for name in names} | {"db", "run", "shell", "routes", "openapi"}
    assert set(app.cli.commands) <= documented, set(app.cli.commands) - documented


@pytest.mark.parametrize(
    "path", [path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]]
)
def test_every_link_between_documents_leads_somewhere(path: str) -> None:
    text = (ROOT / path).read_text()
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert ((ROOT / path).parent / target).exists(), f"{path} links to {target}"


@pytest.mark.parametrize(
    "path",
    sorted(
        str(each.relative_to(ROOT))
        for each in ROOT.rglob("*.py")
        if not any(part.startswith(".") for part in each.relative_to(ROOT).parts)
    ),
)
def test_every_file_says_in_its_first_line_what_lives_in_it(path: str) -> None:
    text = (ROOT / path).read_text()
    assert not text or text.startswith(('"""', "#")), path
