"""What a drive is: its medium and interface, by what a tool says of it or else by its model. Tables."""

import re
from functools import lru_cache
from typing import Final

_SOLID: Final = re.compile(
    r"""
      \bssd|ssd\b|solid.state|_ssd|\bssd\d
    | ^(?:wdc\ )?wds\d | ^ct\d{3,}\w*(?:ssd|bx|mx|m\d) | ^crucial_ct | ^mtfd | ^mz[-7n]\w | ^samsung\ (?:ssd|mz)
    | ^kingston\ (?:s[auvknemh]|sms|sns|skc|om|rb) | ^sa400 | ^ts\d+g(?:ssd|mts|mte) | ^ocz | ^thns | ^toshiba\ (?:thns|q300|tr\d)
    | ^liteon | ^lite-?on | ^sandisk\ (?:sd|ssd|x\d) | ^hfs\d | ^sk\ ?hynix | ^hs-ssd | ^intel\ ssd | ^ssds[ac] | ^adata\ s
    | ^apple\ ssd | ^plextor\ px | ^lmt- | ^patriot | ^corsair
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SPINNING: Final = re.compile(
    r"""
      ^st\d{3,} | ^stm\d | ^(?:wdc?\ )?(?:wd\d{3,}|ac\d{4,}) | ^hgst | ^hitachi | ^hit | ^h[td][stcpe]\d | ^toshiba\ (?:m[qkhd]|dt|hd) | ^m[qk]\d{2}
    | ^samsung\ (?:h[demn]|s[pv]|mp) | ^h[dm]\d{3} | ^fujitsu\ m | ^mh[stvwyz]\d | ^maxtor | ^quantum | ^ic\d\d | ^ibm-d | ^seagate
    """,
    re.VERBOSE | re.IGNORECASE,
)
_VIRTUAL: Final = re.compile(
    r"""
      \bvirtual\b | ^vbox | ^qemu | ^vmware | logical\ volume | \bperc\b | \braid\b | ^msft | ^lsi\ | megaraid | mr9\d{3}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_RAID: Final = re.compile(r"logical volume|\bperc\b|\braid\b|megaraid|mr9\d{3}|smart array", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def medium_by_model(model: str | None) -> str | None:
    """ssd, hdd or nvme as the model's name tells; None where it does not."""
    if not model:
        return None
    if re.search(r"nvme", model, re.IGNORECASE):
        return "nvme"
    if _SOLID.search(model):
        return "ssd"
    return "hdd" if _SPINNING.search(model) else None


def is_virtual(model: str | None) -> bool:
    """Whether a disc of this model is the work of software or of a RAID controller."""
    return model is not None and _VIRTUAL.search(model) is not None


def is_raid(model: str | None) -> bool:
    """Whether it stands for discs behind a RAID controller, which the report then does not name."""
    return model is not None and _RAID.search(model) is not None
