"""The benchmarks measure what they say: the made register is a true one, and the table tells a missed goal."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import _base, _fleet
from benchmarks.__main__ import discovered, main
from inventory.db import make_engine, transaction
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.issuing import issue_tags
from inventory.register.models import Asset

SIZE = 60


def test_a_made_register_verifies_and_its_projections_equal_a_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_base, "FOLDER", tmp_path)
    made = _fleet.fleet(_base.Database("sqlite"), SIZE)
    engine = make_engine(made.url)
    with Session(engine) as session:
        assert verify(session) == (SIZE * _fleet.LINES, [])
        assert check_projections(session, _base.settings(made.url)) == []
        statuses = dict(session.execute(select(Asset.status, func.count()).group_by(Asset.status)).all())
        assert statuses == {"in_use": 30, "donated": 12, "recycled": 18}
        in_use = session.scalars(select(Asset.tag).where(Asset.tag.in_([made.in_use(n) for n in range(24)])))
        assert len(in_use.all()) == 24
        session.commit()
        with transaction(session):
            assert issue_tags(session, "ED", 1) == [made.tag(SIZE)], "the next tag is one that nobody bears"
        again = session.scalar(select(func.count()).where(LifecycleEvent.kind == "redeployed"))
    engine.dispose()
    assert again == 6


def test_every_benchmark_is_found_by_its_file() -> None:
    assert {"p1_look_up", "p2_record", "p4_dashboard", "p5_list", "p6_search", "p7_labels", "p8_memory",
            "p10_statements"} <= discovered().keys()  # fmt: skip
    assert not any(name.startswith("_") or name == "fleet_csv" for name in discovered())


def test_an_unknown_benchmark_is_named_and_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "p99_nothing")
    assert main() == 2
    assert "p99_nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ratio", "goal", "told"),
    [(0.5, {"least": 0.4}, "met"), (0.3, {"least": 0.4}, "MISSED"), (2.0, {"most": 1.5}, "MISSED")],
)
def test_the_table_tells_whether_a_goal_was_met(ratio: float, goal: dict[str, float], told: str) -> None:
    shown = _base.table(
        [_base.result("P1", "look-up", _base.Database("sqlite"), 10_000, 500, 1000, "per second", ratio, **goal)]
    )
    assert told in shown and "10,000" in shown and f"{ratio:g}" in shown


def test_rounds_alternate_and_the_first_one_only_warms_up() -> None:
    order: list[str] = []
    medians = _base.interleaved(lambda: order.append("a"), lambda: order.append("b"), rounds=3)
    assert order == ["a", "b"] * 4
    assert len(medians) == 2
