"""What is committed outlives a power cut; the tests' own databases do without, for speed."""

import sys
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).parents[2]


def test_an_sqlite_commit_waits_for_the_disk(tmp_path: Path) -> None:
    script = (
        "import sys; from inventory.db import make_engine\n"
        "with make_engine('sqlite:///' + sys.argv[1]).connect() as connection:\n"
        "    for name in ('synchronous', 'journal_mode', 'foreign_keys'):\n"
        "        print(connection.exec_driver_sql(f'PRAGMA {name}').scalar())\n"
    )
    told = run(
        [sys.executable, "-c", script, str(tmp_path / "one.sqlite3")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["2", "wal", "1"], "2 is FULL"
