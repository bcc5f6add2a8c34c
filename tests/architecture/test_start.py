"""A server starts without what only some requests need."""

import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("reportlab", "xlsxwriter", "python_calamine", "cryptography", "psutil", "alembic", "mako")
"""Loaded by the request or the command that needs it."""


def test_a_server_loads_what_is_heavy_when_it_is_asked_for(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, wsgi; print([name for name in {HEAVY} if name in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"INSTANCE_PATH": str(tmp_path)},
    )
    assert told.stdout.strip() == "[]"
