"""`make bench`: every benchmark of this folder, each figure beside its limit, as a table on the screen and in a file.

BENCH_SIZES (10000,100000) names the registers' sizes, BENCH_DATABASES (sqlite,postgresql) the databases,
BENCH_ONLY (p1_look_up,p7_labels) some benchmarks; BENCH_DASHBOARD see p4_dashboard.
"""

import json
import os
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import benchmarks
from benchmarks._base import FOLDER, Result, databases, now, table


def discovered() -> dict[str, Any]:
    """Every module of this folder that has ``run(sizes, databases)``, by name."""
    found = {}
    for info in iter_modules(benchmarks.__path__):
        if info.name.startswith("_"):
            continue
        module = import_module(f"benchmarks.{info.name}")
        if hasattr(module, "run"):
            found[info.name] = module
    return dict(sorted(found.items(), key=lambda each: (len(each[0].split("_")[0]), each[0])))


def _listed(name: str, default: str) -> list[str]:
    return [each.strip() for each in os.environ.get(name, default).split(",") if each.strip()]


def main() -> int:
    """Run them; 1 if a goal was missed."""
    sizes = sorted(int(each) for each in _listed("BENCH_SIZES", "10000,100000"))
    wanted = _listed("BENCH_ONLY", "")
    modules = {name: module for name, module in discovered().items() if not wanted or name in wanted}
    if unknown := set(wanted) - modules.keys():
        sys.stderr.write(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(discovered())}.\n")
        return 2
    found: list[Result] = []
    begun = time.perf_counter()
    with databases(_listed("BENCH_DATABASES", "sqlite,postgresql")) as kinds:
        for name, module in modules.items():
            sys.stderr.write(f"{name}: {(module.__doc__ or '').splitlines()[0]}\n")
            found += module.run(sizes, kinds)
            _write(found)
    sys.stdout.write(f"\n{_write(found)}\n{time.perf_counter() - begun:,.0f} s in all\n")
    return 1 if any(each.met is False for each in found) else 0


def _write(found: list[Result]) -> str:
    """Keep what is known so far, in two forms; the table."""
    heading = f"{now():%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    shown = f"{heading}\n{table(found)}\n"
    (FOLDER / "results.txt").write_text(shown)
    (FOLDER / "results.json").write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n")
    return shown


if __name__ == "__main__":
    sys.exit(main())
