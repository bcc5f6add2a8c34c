"""What a drive is: its medium and interface, by what a tool says of it or else by its model. Tables."""

import re
from functools import lru_cache
from typing import Final

_SOLID: Final = re.compile(
    r"""
      \bssd|ssd\b|solid.state|_ssd
    | ^(?:wdc\ )?wds\d | ^ct\d{3,}\w*(?:ssd|bx|mx|m\d) | ^crucial_ct | ^mtfd | ^mz[-7n]\w
    | ^samsung\ (?:ssd|mz) | ^kingston\ (?:s[auvknemh]|om|rb) | ^sa400 | ^ts\d+g(?:ssd|mts|mte)
    | ^ocz | ^thns | ^toshiba\ (?:thns|q300|tr\d) | ^lite-?on | ^lmt- | ^sandisk\ (?:sd|x\d) | ^hfs\d
    | ^sk\ ?hynix | ^intel\ ssd | ^adata\ s | ^plextor\ px | ^patriot | ^corsair
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SPINNING: Final = re.compile(
    r"""
      ^stm?\d{3,} | ^(?:wdc?\ )?(?:wd\d{3,}|ac\d{4,}) | ^hgst | ^hitachi | ^hit | ^h[td][stcpe]\d
    | ^toshiba\ (?:m[qkhd]|dt|hd) | ^m[qk]\d{2} | ^samsung\ (?:h[demn]|s[pv]|mp) | ^h[dm]\d{3}
    | ^fujitsu\ m | ^mh[stvwyz]\d | ^maxtor | ^quantum | ^ic\d\d | ^ibm-d | ^seagate
    """,
    re.VERBOSE | re.IGNORECASE,
)
_RAID: Final = re.compile(r"logical volume|\bperc\b|\braid\b|megaraid|mr9\d{3}|smart array|^lsi ", re.IGNORECASE)
_VIRTUAL: Final = re.compile(r"\bvirtual\b|^vbox|^qemu|^vmware|^msft", re.IGNORECASE)


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
    """Whether a disc of this model is the work of software."""
    return model is not None and _VIRTUAL.search(model) is not None


def is_raid(model: str | None) -> bool:
    """Whether it stands for discs behind a RAID controller, which the report then does not name."""
    return model is not None and _RAID.search(model) is not None


def agreed_capacity(gigabytes: int) -> int:
    """Bytes of a drive sold as *gigabytes*, by IDEMA LBA1-03: 97,696,368 sectors of 512 at 50, 1,953,504 for each."""
    return (97_696_368 + 1_953_504 * (gigabytes - 50)) * 512


def capacity_of(megabytes: float) -> int | None:
    """Bytes of a drive whose capacity was told in megabytes, of a million or of 2^20 bytes; None for what is none.

    The reading that hits a capacity on which makers agreed is the right one.
    """
    if not 1_000 <= megabytes <= 1e9:
        return None
    readings = []
    for unit in (10**6, 2**20):
        agreed = agreed_capacity(round(megabytes * unit / 1e9))
        readings.append((abs(megabytes - agreed / unit), agreed))
    off, nearest = min(readings)
    # Half a megabyte is lost by rounding, a whole one by cutting.
    return nearest if off <= 1 else round(megabytes * 10**6)
