"""`flask requests`: who waits for what, in a line each; one with its machines; a name nobody bears refused in words."""

from typing import Any

from tests.conftest import World
from tests.reuse.conftest import Desk, desk  # noqa: F401 - a fixture


def told(app: Any, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["requests", *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


def test_requests_are_listed_by_state_and_kind_and_one_with_its_machines(
    app: Any,
    world: World,
    desk: Desk,  # noqa: F811
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("inventory.cli.requests._PAGE", 1)
    request = desk.open(number=3, needed_by="2018-06-01")
    withdrawn = desk.withdraw(desk.open(partner="remakery", kinds=["tablet"], number=1).uid)
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag)
        desk.reserve(tag, request)
    world.record("redeployed", "ED-2", "2018-02-03", department="INF")
    line = (
        f"{request.uid}  open       3 laptops for School of Informatics, needed by 2018-06-01: "
        "1 handed over, 1 promised, 1 waited for"
    )
    assert told(app).splitlines() == [line]
    assert told(app, "--kind", "tablet") == ""
    everything = told(app, "--state", "all").splitlines()
    assert everything[0] == line
    assert everything[1].startswith(f"{withdrawn.uid}  withdrawn  1 tablet for Northside Remakery: 0 handed over")
    lines = told(app, request.uid.lower()).splitlines()
    assert lines[0] == line
    assert [each.split()[:3] for each in lines[1:]] == [
        ["ED-1", "promised", "2018-02-02"], ["ED-2", "redeployed", "2018-02-03"],
    ]  # fmt: skip
    assert "There is no request" in told(app, "RQ-222222", code=1)
