"""Embodied carbon per class of machine: median and quartiles, kg CO2e. A derived database under the ODbL.

Derived from Boavizta environmental-footprint-data (commit 61323eb, 2023-02-23), made available under the Open
Database License 1.0 (http://opendatacommons.org/licenses/odbl/1.0/); rights in individual contents under the
Database Contents License 1.0 (http://opendatacommons.org/licenses/dbcl/1.0/). This table is ODbL too.
Its makers warn that product carbon footprints have very large error margins: orders of magnitude only.
"""

from typing import Final, NamedTuple

NOTICE: Final = (
    "Median of product carbon footprints, with very large error margins; an order of magnitude only. "
    "Boavizta environmental-footprint-data, ODbL 1.0."
)


class Embodied(NamedTuple):
    """kg CO2e of making and shipping one, median and quartiles."""

    median: int
    p25: int
    p75: int


EMBODIED: Final = {
    "laptop": Embodied(235, 189, 277),
    "mobile_workstation": Embodied(339, 284, 404),
    "desktop": Embodied(296, 241, 349),
    "micro_desktop": Embodied(197, 154, 248),
    "all_in_one": Embodied(379, 269, 496),
    "tower_workstation": Embodied(360, 256, 471),
    "monitor": Embodied(331, 249, 379),
    "tablet": Embodied(74, 62, 90),
    "thin_client": Embodied(45, 42, 70),
}
"""By kind of asset; kinds that are not here have no class."""
