"""Two small registers counted by hand: what left as waste in one academic year, and what came back from use."""

from datetime import UTC, datetime

from tests.conftest import World

CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}


def _on(world: World, day: str) -> None:
    world.now = datetime.fromisoformat(day).replace(hour=17, tzinfo=UTC)


def build_yard(world: World) -> World:
    """Waste of 2020/21 in every route, weighed and not, expected and confirmed; what is not waste beside it.

    2020-10-01 collected by weee, of the department INF unless another is named:
      W1 laptop 2,000 g, recycled on 2020-12-01        W2 desktop, landfill expected
      W3 laptop 1,000 g, landfilled                    W4 laptop 4,000 g, incinerated (HCA)
      W5 laptop 3,000 g, energy recovered              W7 monitor, disposal expected, not told how
      W8 dock of no known weight, recycling expected   W9 kind unknown, recycling expected
    W6 laptop 500 g, given to remakery and prepared for re-use
    2021-08-01 W10 laptop 7,000 g collected, recycling expected: the next year
    P1 redeployed 1,500 g   P2 sold (HCA)   P3 donated and collected in the same year (recycling expected, 2,500 g)
    """

    def collect(tag: str, expected: str, day: str = "2020-10-01", **facts: object) -> None:
        world.record("received", None, "2016-01-10", tag=tag, **({"kind": "laptop", "department": "INF"} | facts))
        world.record("declared_waste", tag, day, reason="worn out")
        world.record("collected", tag, day, facility="weee", expected=expected, key=f"out-{tag}", **CONTRACT)

    _on(world, "2021-09-01")
    collect("W1", "recycled", mass_g=2000)
    collect("W2", "landfilled", kind="desktop")
    collect("W3", "recycled", mass_g=1000)
    collect("W4", "incinerated", mass_g=4000, department="HCA")
    collect("W5", "disposed", mass_g=3000)
    collect("W7", "disposed", kind="monitor")
    collect("W8", "recycled", kind="dock")
    collect("W9", "recycled", kind="unknown")
    collect("W10", "recycled", "2021-08-01", mass_g=7000)
    world.record("recycled", "W1", "2020-12-01", loop="open")
    world.record("landfilled", "W3", "2020-12-01", key="fate-W3")
    world.record("incinerated", "W4", "2020-12-01")
    world.record("energy_recovered", "W5", "2020-12-01")
    world.used_machine("W6", mass_g=500)
    world.record("returned", "W6", "2020-10-01")
    world.record("given_for_preparation", "W6", "2020-10-01", partner="remakery", **CONTRACT)
    world.record("prepared_for_reuse", "W6", "2021-01-15")
    world.clean_machine("P1", returned="2020-11-01", mass_g=1500)
    world.record("redeployed", "P1", "2020-11-02", custodian="ada")
    world.clean_machine("P2", returned="2020-11-01", department="HCA")
    world.record("sold", "P2", "2020-11-02", buyer="buyer")
    world.clean_machine("P3", returned="2020-11-01", mass_g=2500)
    world.record("donated", "P3", "2020-11-02", partner="remakery")
    world.record("returned", "P3", "2021-02-01", second_life="served")
    world.record("declared_waste", "P3", "2021-02-01", reason="worn out")
    world.record("collected", "P3", "2021-02-02", facility="weee", expected="recycled", **CONTRACT)
    _on(world, "2021-10-01")
    return world


def build_hub(world: World) -> World:
    """Returns and inspections of 2020/21, and what only looks like a retirement.

    R1 back 2020-09-01, inspected dead, advised to be recycled   R8 back 2020-12-01 after a hold; looked at twice
    R2 back 2020-09-01, redeployed, back again 2021-03-01: once  R3 donated, refused, back from there: once
    R4 back from store, never used                               I still in use
    R5 back 2021-07-31, mended on 2021-10-05 to 2021-08-01       R6 its first use was an error, so was no use
    R7 its return was an error                                   M merged into R1
    """
    _on(world, "2021-09-01")
    for tag in ("R1", "R5", "R7", "R8", "I", "M"):
        world.used_machine(tag, department="HCA" if tag == "R8" else "INF")
    world.record("returned", "R1", "2020-09-01")
    world.record("inspected", "R1", "2020-09-02", functional="dead", cosmetic="C", advised_route="recycle")
    world.clean_machine("R2", returned="2020-09-01")
    world.record("redeployed", "R2", "2020-10-01", custodian="ada")
    world.record("returned", "R2", "2021-03-01", key="again-R2")
    world.clean_machine("R3", returned="2020-09-01")
    world.record("donated", "R3", "2020-10-01", partner="remakery")
    world.record("returned", "R3", "2020-11-01", second_life="none")
    world.record("received", None, "2020-09-01", tag="R4", kind="laptop", department="INF")
    world.record("returned", "R4", "2020-10-01")
    world.record("returned", "R5", "2021-07-31", key="back-R5")
    world.record("received", None, "2016-01-10", tag="R6", kind="laptop", department="INF")
    world.record("deployed", "R6", "2016-01-10", custodian="ada", key="use-R6")
    world.record("returned", "R6", "2020-09-01")
    world.record("returned", "R7", "2020-09-01", key="back-R7")
    world.record("held", "R8", "2020-11-01", reason="lawsuit")
    world.record("released", "R8", "2020-11-30")
    world.record("returned", "R8", "2020-12-01")
    world.record("inspected", "R8", "2020-12-02", functional="dead", cosmetic="C", advised_route="recycle")
    world.record("inspected", "R8", "2020-12-03", functional="faulty", cosmetic="B", advised_route="donate")
    world.record("returned", "M", "2020-09-01")
    world.record("sanitised", "M", "2020-09-02", drives=[{"uid": world.drive_of("M"), "method": "purge"}])
    _on(world, "2021-10-05")
    world.correct("R5", "back-R5", world.request("returned", "R5", "2021-08-01"))
    world.correct("R6", "use-R6")
    world.correct("R7", "back-R7")
    world.record("merged", "M", None, into="R1")
    _on(world, "2021-10-10")
    return world
