"""What the demonstration's machines are: models with their years, costs, masses, drives. Pure.

The last number of a model is how often it occurs among the 162,853 computers of the linuxhw/DMI index
(https://github.com/linuxhw/DMI, CC BY 4.0); it weighs the choice among the models of a kind on sale in a
year. Years of sale are rounded common knowledge. Peripherals, whose mix that index does not tell, are
weighed by hand.
"""

import random
from bisect import bisect
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple


class Model(NamedTuple):
    """A model; on sale from the year ``first`` to ``last``; ``found`` is its weight in the choice."""

    kind: str
    manufacturer: str
    name: str
    first: int
    last: int
    found: int


def _models(kind: str, manufacturer: str, text: str) -> list[Model]:
    found = []
    for each in text.split(";"):
        name, years, count = (part.strip() for part in each.split("|"))
        first, last = years.split("-")
        found.append(Model(kind, manufacturer, name, int(first), int(last), int(count)))
    return found


# fmt: off
MODELS: Final = (
    *_models("desktop", "Dell",
        "OptiPlex 745|2003-2007|55; OptiPlex 755|2007-2009|103; OptiPlex 760|2008-2010|68;"
        "OptiPlex 780|2009-2011|142;"
        "OptiPlex 380|2009-2011|44; OptiPlex 790|2011-2012|122; OptiPlex 390|2011-2012|92; OptiPlex 990|2011-2012|63;"
        "OptiPlex 7010|2012-2014|271; OptiPlex 9010|2012-2014|68; OptiPlex 3010|2012-2014|88;"
        "OptiPlex 9020|2013-2016|190; OptiPlex 3020|2013-2016|126; OptiPlex 7020|2014-2016|63;"
        "OptiPlex 7040|2015-2017|83;"
        "OptiPlex 3040|2015-2017|41; OptiPlex 7050|2017-2018|79; OptiPlex 3050|2017-2019|61;"
        "OptiPlex 3060|2018-2025|42"),
    *_models("desktop", "Hewlett-Packard",
        "Compaq 6005 Pro SFF PC|2009-2011|47; Compaq 8200 Elite SFF PC|2011-2012|86;"
        "Compaq 6200 Pro SFF PC|2011-2012|50;"
        "Compaq Elite 8300 SFF|2012-2014|117; Compaq Pro 6300 SFF|2012-2014|73; EliteDesk 800 G1 SFF|2013-2016|103;"
        "ProDesk 600 G1 SFF|2013-2016|76"),
    *_models("micro_desktop", "Apple", "Macmini6,1|2003-2014|46; Macmini6,2|2012-2014|40; Macmini7,1|2014-2019|79"),
    *_models("micro_desktop", "Hewlett-Packard", "EliteDesk 800 G1 USDT|2013-2025|41"),
    *_models("all_in_one", "Apple",
        "iMac7,1|2003-2008|44; iMac8,1|2008-2009|43; iMac10,1|2009-2011|50; iMac12,1|2011-2013|69;"
        "iMac12,2|2011-2025|68"),
    *_models("tower_workstation", "Dell",
        "Precision WorkStation T3500|2003-2012|62; Precision T1700|2013-2016|50; Precision Tower 5810|2014-2025|67"),
    *_models("tower_workstation", "Hewlett-Packard",
        "Z400 Workstation|2009-2012|57; Z420 Workstation|2012-2014|64; Z620 Workstation|2012-2014|41;"
        "Z440 Workstation|2014-2025|67"),
    *_models("laptop", "Dell",
        "Latitude D630|2003-2008|85; Latitude E6400|2008-2010|105; Latitude E6410|2010-2011|129;"
        "Latitude E6420|2011-2012|122;"
        "Latitude E6430|2012-2013|157; Latitude E7440|2013-2015|109; Latitude E6440|2013-2015|82;"
        "Latitude E7450|2015-2016|74;"
        "Latitude E5470|2016-2017|79; Latitude E7470|2016-2017|78; Latitude 7480|2017-2018|98;"
        "Latitude 5480|2017-2018|87;"
        "Latitude 7490|2018-2019|143; Latitude 5490|2018-2019|69; Latitude 5400|2019-2020|79;"
        "Latitude 7400|2019-2020|58;"
        "Latitude 5410|2020-2021|44; Latitude 5420|2021-2025|107; Latitude 5520|2021-2025|57;"
        "Latitude 7420|2021-2025|45"),
    *_models("laptop", "Hewlett-Packard",
        "EliteBook 6930p|2008-2010|41; EliteBook 8440p|2010-2011|74; EliteBook 8460p|2011-2012|103;"
        "EliteBook 8470p|2012-2013|94; EliteBook 840 G1|2013-2015|92; EliteBook 840 G2|2015-2016|63;"
        "EliteBook 840 G3|2016-2017|154; EliteBook 840 G4|2017-2018|41; EliteBook 840 G5|2018-2019|130;"
        "EliteBook 840 G6|2019-2020|137; EliteBook 840 G7 Notebook PC|2020-2021|41;"
        "EliteBook 840 G8 Notebook PC|2021-2025|61; ProBook 450 G8 Notebook PC|2021-2025|60"),
    *_models("laptop", "Apple",
        "MacBook4,1|2003-2009|63; MacBookPro5,5|2009-2010|56; MacBookPro8,1|2011-2012|131;"
        "MacBookPro9,2|2012-2015|147;"
        "MacBookPro12,1|2015-2017|113; MacBookAir7,2|2015-2019|208; MacBookPro14,1|2017-2020|81;"
        "MacBookPro16,1|2019-2025|52"),
    *_models("mobile_workstation", "Dell",
        "Precision M4800|2003-2016|58; Precision 5530|2018-2019|54; Precision 5540|2019-2020|61;"
        "Precision 5550|2020-2025|44"),
    *_models("mobile_workstation", "Hewlett-Packard", "EliteBook 8570w|2012-2018|42"),
    *_models("tablet", "Microsoft",
        "Surface Pro|2003-2014|47; Surface Pro 3|2014-2016|67; Surface Pro 4|2015-2025|42"),
    *_models("server", "Hewlett-Packard", "ProLiant MicroServer|2003-2014|50; ProLiant DL360 Gen9|2014-2025|66"),
    *_models("thin_client", "Hewlett-Packard", "t510|2003-2014|1; t520|2014-2018|1; t530|2017-2025|1"),
    *_models("monitor", "Dell",
        "P2210|2003-2012|2; P2213|2012-2014|3; P2414H|2013-2017|4; P2419H|2018-2021|4; P2422H|2021-2025|4"),
    *_models("dock", "Dell", "PR03X|2003-2014|1; WD15|2016-2018|2; WD19|2018-2025|3"),
    *_models("dock", "Hewlett-Packard", "UltraSlim|2013-2017|1"),
    *_models("phone", "Cisco", "7942G|2003-2014|1; 8841|2014-2025|1"),
    *_models("printer", "Hewlett-Packard", "LaserJet P2055dn|2003-2013|2; LaserJet Pro M404dn|2013-2025|2"),
    *_models("network_device", "Cisco", "Catalyst 2960|2003-2016|2; Catalyst 9200|2016-2025|1"),
    *_models("single_board_computer", "Raspberry Pi",
        "Model B|2003-2015|1; 3 Model B|2016-2019|1; 4 Model B|2019-2025|1"),
    *_models("part", "Kingston", "DDR3 8 GB|2003-2016|1; DDR4 16 GB|2016-2025|1"),
    *_models("other", "Epson", "EB-W32 projector|2003-2025|1"),
)
# fmt: on

COMPUTER_SHARES: Final = {
    # Desktops give way to laptops; ten-year means, invented within what campuses report.
    2003: {"desktop": 64, "laptop": 20, "all_in_one": 6, "tower_workstation": 4, "micro_desktop": 2, "server": 2,
           "thin_client": 1, "mobile_workstation": 1},
    2012: {"desktop": 47, "laptop": 32, "all_in_one": 7, "tower_workstation": 4, "micro_desktop": 3, "server": 2,
           "thin_client": 2, "mobile_workstation": 2, "tablet": 1},
    2018: {"desktop": 24, "laptop": 57, "all_in_one": 5, "tower_workstation": 4, "micro_desktop": 3, "server": 1,
           "thin_client": 1, "mobile_workstation": 3, "tablet": 2},
}  # fmt: skip
"""Percent of each computer kind among purchases from that year on."""

PERIPHERAL_SHARES: Final = {
    "monitor": 58, "dock": 13, "printer": 7, "phone": 9, "network_device": 7, "single_board_computer": 4, "other": 2,
}  # fmt: skip

# Median weights in grams by class: derived from Boavizta environmental-footprint-data (ODbL 1.0) for the
# first nine; peripherals and servers are round figures. A "measured" mass is drawn around them.
TYPICAL_MASS_G: Final = {
    "laptop": 1620, "mobile_workstation": 2410, "desktop": 5330, "micro_desktop": 1400, "all_in_one": 9500,
    "tower_workstation": 9200, "monitor": 5700, "tablet": 730, "thin_client": 1000, "server": 17000, "dock": 600,
    "printer": 11000, "phone": 900, "network_device": 4500, "single_board_computer": 90, "part": 60, "other": 2700,
}  # fmt: skip
TYPICAL_COST: Final = {
    "laptop": 890, "mobile_workstation": 1900, "desktop": 560, "micro_desktop": 520, "all_in_one": 1150,
    "tower_workstation": 1750, "monitor": 160, "tablet": 820, "thin_client": 240, "server": 4100, "dock": 140,
    "printer": 310, "phone": 130, "network_device": 1300, "single_board_computer": 45, "part": 40, "other": 420,
}  # fmt: skip
"""Pounds sterling, invented."""


@cache
def _choices(kind: str, year: int) -> tuple[list[Model], list[int]]:
    of_kind = [model for model in MODELS if model.kind == kind]
    sold = [model for model in of_kind if model.first <= year <= model.last] or of_kind[-1:]
    return sold, list(accumulate(model.found for model in sold))


def choose_model(kind: str, year: int, chance: random.Random) -> Model:
    """A model of *kind* that was on sale in *year*, weighed by how often it occurs."""
    sold, upto = _choices(kind, year)
    return sold[bisect(upto, chance.random() * upto[-1])]


@cache
def _kinds(year: int, peripheral: bool) -> tuple[list[str], list[int]]:
    since = max(each for each in COMPUTER_SHARES if each <= max(year, 2003))
    shares = PERIPHERAL_SHARES if peripheral else COMPUTER_SHARES[since]
    return list(shares), list(accumulate(shares.values()))


def choose_kind(year: int, chance: random.Random, *, peripheral: bool = False) -> str:
    """A kind, by the shares of purchases in *year*."""
    kinds, upto = _kinds(year, peripheral)
    return kinds[bisect(upto, chance.random() * upto[-1])]


def drive_of(kind: str, year: int, chance: random.Random) -> dict[str, object] | None:
    """The drive that a machine of *kind* bought in *year* left the factory with; None: it holds none."""
    if kind not in _WITH_DRIVE:
        return None
    serial = f"{chance.randrange(16**10):010X}"
    if kind in ("tablet", "thin_client"):
        return {"serial": f"SYN-E{serial}", "medium": "emmc", "capacity_bytes": 64 * 10**9}
    if year >= 2018 or (year >= 2014 and chance.random() < 0.5):
        medium = "nvme" if year >= 2018 and kind != "server" else "ssd"
        return {"serial": f"SYN-S{serial}", "medium": medium, "capacity_bytes": (256 if year < 2020 else 512) * 10**9}
    return {"serial": f"SYN-H{serial}", "medium": "hdd", "capacity_bytes": (160 if year < 2010 else 500) * 10**9}


_WITH_DRIVE: Final = frozenset(
    {"desktop", "micro_desktop", "tower_workstation", "all_in_one", "laptop", "mobile_workstation", "tablet",
     "thin_client", "server"}
)  # fmt: skip
