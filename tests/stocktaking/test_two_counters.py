"""Two people in the same room, repeats, late scans, scans taken back: the numbers add up and no order matters."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import make_engine
from inventory.register.references import References
from inventory.stocktaking.models import StockTakeMachine, StockTakeScan
from inventory.stocktaking.scanning import take_back
from tests.conftest import World
from tests.stocktaking.conftest import Counting

TEXTS = ["H-0", "h-1", "H-2", "https://reuse.test/T/H-3", "A-0", "A-1", "D-0", "NOBODY", "NOTHING"]
MACHINE = {
    "H-0": "H-0",
    "h-1": "H-1",
    "H-2": "H-2",
    "https://reuse.test/T/H-3": "H-3",
    "A-0": "A-0",
    "A-1": "A-1",
    "D-0": "D-0",
}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[int, str, int]], list[int], list[int], set[int]]:
    """(scans as person, text, minute), the order in which they are sent (with repeats), batch sizes, taken back."""
    scans = draw(
        st.lists(st.tuples(st.integers(0, 1), st.sampled_from(TEXTS), st.integers(-300, 0)), min_size=1, max_size=14)
    )
    order = draw(st.permutations(range(len(scans)))) + draw(st.lists(st.integers(0, len(scans) - 1), max_size=6))
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=12))
    return scans, order, sizes, draw(st.sets(st.integers(0, len(scans) - 1), max_size=3))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One register for all examples; each starts a count of its own in it."""
    import shutil

    from tests.databases import empty

    References.forget()
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("counters") / "inventory.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres_url")
        empty(url)
    engine = make_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        world = World(session, Settings(database_url=url, public_url="https://reuse.test"))
        yield Counting(world, hub=4, tower=2)
    engine.dispose()


@pytest.mark.soak
def test_however_scans_arrive_each_expected_machine_is_in_exactly_one_group(lasting: Counting, soak: bool) -> None:
    counting = lasting

    @examples(
        max_examples=500 if soak else 25,
        deadline=None,
        database=None,
        derandomize=not soak,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def holds(history: tuple[list[tuple[int, str, int]], list[int], list[int], set[int]]) -> None:
        scans, order, sizes, back = history
        take = counting.start()
        people = [counting.world.account, counting.bo]
        made = [
            counting.scanned(text, minute, by=people[who], key=f"{take.code}-{n}")
            for n, (who, text, minute) in enumerate(scans)
        ]
        place = 0
        answers: dict[str, str] = {}
        while order:
            size, order, sent = (
                sizes[place % len(sizes)],
                order[sizes[place % len(sizes)] :],
                order[: sizes[place % len(sizes)]],
            )
            place += 1
            for answer in counting.scan(take, *(made[n] for n in sent)):
                # The same scan is answered the same, however often it is sent.
                assert answers.setdefault(answer.key, answer.outcome) == answer.outcome
            assert size
        for n in sorted(back):
            counting.write(lambda db, n=n: take_back(db, made[n].key, counting.world.now))

        standing = [each for n, each in enumerate(made) if n not in back]
        seen = {MACHINE[each.text] for each in standing if each.text in MACHINE}
        hub = {f"H-{n}" for n in range(4)}
        groups = counting.groups(take)
        assert groups == {"found": sorted(hub & seen), "missing": sorted(hub - seen), "unexpected": sorted(seen - hub)}
        numbers = counting.numbers(take)
        assert numbers.expected == take.expected == 4 == numbers.found + numbers.missing
        assert (numbers.found, numbers.unexpected) == (len(groups["found"]), len(groups["unexpected"]))
        assert numbers.unknown == len({each.text for each in standing if each.text not in MACHINE})
        first = {tag: min(each.occurred_at for each in standing if MACHINE.get(each.text) == tag) for tag in seen}
        rows = counting.world.session.query(StockTakeMachine).filter_by(stock_take_id=take.id).populate_existing()
        assert {row.tag: row.seen_at for row in rows if row.seen_at} == first
        assert counting.world.session.query(StockTakeScan).filter_by(stock_take_id=take.id).count() == len(made)

    holds()


def test_two_people_at_once_find_each_machine_once(lasting: Counting) -> None:
    """Both scan the whole room at the same moment, each through a connection of their own."""
    import threading

    from inventory.db import write
    from inventory.stocktaking.scanning import Scanned, take_scans

    counting = lasting
    take = counting.start()
    counting.world.session.commit()
    engine = counting.world.session.get_bind()
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    outcomes: list[str] = []
    failures: list[BaseException] = []
    together = threading.Barrier(2)

    def count(account_id: int) -> None:
        try:
            with Session(engine, expire_on_commit=False) as session:
                together.wait()
                for n in range(4):
                    scan = Scanned(f"{take.code}-{account_id}-{n}", f"H-{n}", account_id, now + timedelta(seconds=n))
                    found = write(
                        session, lambda db, scan=scan: take_scans(db, take.code, [scan], now, counting.world.settings)
                    )
                    outcomes.extend(each.outcome for each in found)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count, args=(who.id,)) for who in (counting.world.account, counting.bo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(outcomes) == ["again"] * 4 + ["found"] * 4
    assert counting.numbers(take).found == 4
