"""What is vendored is what its README says, whole and unchanged, with its licence."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static" / "vendor"
ROW = re.compile(r"^\| (\S+) \|.*\| `([0-9a-f]{64})` \|$", re.M)


def _listed() -> dict[Path, str]:
    rows = ROW.findall((VENDOR / "README.md").read_text(encoding="utf-8"))
    return {(ROOT / name if name.startswith("tests/") else VENDOR / name): digest for name, digest in rows}


def test_every_listed_file_has_the_sum_that_is_written_beside_it():
    listed = _listed()
    assert len(listed) >= 5
    for path, digest in listed.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path


def test_every_vendored_file_is_listed_or_is_a_licence():
    listed = _listed()
    for path in VENDOR.rglob("*"):
        if path.is_file() and path.name != "README.md" and not path.name.startswith("LICENSE"):
            assert path in listed, f"{path} stands in no row of the README"


def test_every_vendored_package_brings_its_licence():
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert any(file.name.startswith("LICENSE") for file in folder.iterdir()), folder
