"""An installed wheel serves pages: templates, styles, scripts, migrations and fonts are in it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_a_page_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for part in ("templates", "static"):
        for path in (ROOT / part).rglob("*"):
            if path.is_file():
                assert f"inventory/_{part}/{path.relative_to(ROOT / part).as_posix()}" in names
    assert "wsgi.py" in names
    assert any(name.startswith("inventory/migrations/versions/0001") for name in names)
    assert not any(name.startswith(("tests/", "docs/", "benchmarks/")) for name in names)


def test_an_installed_wheel_serves_its_first_page(wheel: Path, tmp_path: Path) -> None:
    """Away from the checkout: its own folder on the path first, the libraries of this environment behind it."""
    home = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(home)
    script = (
        "from inventory.app import create_app; from inventory.config import Settings; from pathlib import Path\n"
        "import inventory; assert Path(inventory.__file__).is_relative_to(Path.cwd() / 'installed')\n"
        "from flask_migrate import upgrade\n"
        "app = create_app(Settings(), instance=Path.cwd() / 'instance')\n"
        "with app.app_context(): upgrade()\n"
        "client = app.test_client()\n"
        "page = client.get('/setup'); assert page.status_code == 200, page.status_code\n"
        "style = client.get('/static/css/tokens.css'); assert style.status_code == 200\n"
        "print('served')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(home), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip().endswith("served"), told.stderr
