"""P3: an import of a CSV through the ledger's rules beside a hand-validated load of the same file; its peak memory.

Each size runs in a process of its own, so that its peak is its own.
"""

import multiprocessing
import resource
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks._base import ROUNDS, Database, Result, result

LEAST_OF_LIMIT = 0.20
MOST_MEMORY = 1.5
"""Peak of the largest file over that of the smallest: it should not grow with the file."""


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Rows per second at every size."""
    found = []
    for database in databases:
        peaks: dict[int, float] = {}
        for size in sizes:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                pairs, peaks[size] = pool.apply(measured, (size, database.kind == "postgresql"))
            us = size / statistics.median(ours for ours, _ in pairs)
            them = size / statistics.median(limit for _, limit in pairs)
            job = "import, CSV to committed"
            found.append(result("P3", job, database, size, us, them, "rows/s", us / them, least=LEAST_OF_LIMIT))
        if len(peaks) > 1:
            low, high = min(peaks), max(peaks)
            job, grown = f"import, peak memory, against {low:,}", peaks[high] / peaks[low]
            found.append(result("P3", job, database, high, peaks[high], peaks[low], "MiB", grown, most=MOST_MEMORY))
    return found


def measured(rows: int, postgres: bool) -> tuple[list[tuple[float, float]], float]:
    """(our seconds, the limit's seconds) of each round, and the peak memory of this process in MiB."""
    from benchmarks.fleet_csv import write_fleet
    from benchmarks.imports import rounds

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        path = folder / "fleet.csv"
        write_fleet(path, limit=rows)
        pairs = rounds(path, ROUNDS, postgres, folder)
    return pairs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
