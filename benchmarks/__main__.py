"""`make bench`: every figure beside the limit of this machine in the same run.

BENCH_SIZES=10000,100000 machines; BENCH_DATABASES=sqlite,postgresql; BENCH_ROUNDS=7; BENCH_ONLY=p1,p5 for some.
BENCH_DASHBOARD=1000000 adds a register of that size for the dashboard alone.
"""

import importlib
import os
import pkgutil
import tempfile
from pathlib import Path

import benchmarks
from benchmarks._fleet import build, databases
from benchmarks._result import Measured, told


def main() -> None:
    """Measure, print, and keep the table in build/benchmarks.md."""
    sizes = [int(each) for each in os.environ.get("BENCH_SIZES", "10000,100000").split(",")]
    large = int(os.environ.get("BENCH_DASHBOARD", "1000000"))
    rounds = int(os.environ.get("BENCH_ROUNDS", "7"))
    only = set(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
    modules = [
        importlib.import_module(f"benchmarks.{name}")
        for _, name, _ in pkgutil.iter_modules(benchmarks.__path__)
        if name.startswith("p") and name[1].isdigit() and (not only or name.split("_")[0] in only)
    ]
    results: list[Measured] = []

    def note(found: list[Measured]) -> None:
        for each in found:
            results.append(each)
            print(told([each]).splitlines()[-1], flush=True)

    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        folder.chmod(0o700)
        for database, make in databases(folder, os.environ.get("BENCH_DATABASES", "sqlite,postgresql")):
            for size in sizes:
                url = make()
                token = build(url, folder, size)
                for module in modules:
                    if size == sizes[0] or not getattr(module, "ONCE", False):
                        note(module.run(database, url, folder, size, token, rounds))
            if large and (not only or "p4" in only):
                url = make()
                build(url, folder, large)
                from benchmarks import p4_dashboard

                note(p4_dashboard.run(database, url, folder, large, "", rounds))
    out = Path("build")
    out.mkdir(exist_ok=True)
    (out / "benchmarks.md").write_text(told(results) + "\n")
    print("\n" + told(results))


main()
