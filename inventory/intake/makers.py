"""Makers' names in their short, usual form, and models as people call them."""

import re
from functools import lru_cache
from typing import Any, Final

from inventory.intake.identity import is_filler, real

_MAKERS: Final = (
    (r"hewlett[ -]?packard|hp\b|hpe\b", "HP"),
    (r"compaq\b", "Compaq"),
    (r"dell\b", "Dell"),
    (r"lenovo|lnvo\b", "Lenovo"),
    (r"ibm\b|international business", "IBM"),
    (r"apple\b|copyright .*apple", "Apple"),
    (r"acer\b", "Acer"),
    (r"gateway\b", "Gateway"),
    (r"packard bell", "Packard Bell"),
    (r"e-?machines", "eMachines"),
    (r"asus\b|asustek", "ASUS"),
    (r"asrock", "ASRock"),
    (r"micro[- ]?star|msi\b", "MSI"),
    (r"giga-?byte|gigabyte", "Gigabyte"),
    (r"elitegroup|ecs\b", "ECS"),
    (r"foxconn|hon hai", "Foxconn"),
    (r"biostar", "Biostar"),
    (r"super ?micro", "Supermicro"),
    (r"intel", "Intel"),
    (r"advanced micro devices|amd\b", "AMD"),
    (r"microsoft", "Microsoft"),
    (r"toshiba|dynabook", "Toshiba"),
    (r"fujitsu siemens", "Fujitsu"),
    (r"fujitsu", "Fujitsu"),
    (r"sony\b", "Sony"),
    (r"samsung", "Samsung"),
    (r"lg\b|lge\b|lg electronics", "LG"),
    (r"panasonic|matsushita", "Panasonic"),
    (r"huawei", "Huawei"),
    (r"timi\b|xiaomi", "Xiaomi"),
    (r"google", "Google"),
    (r"raspberry", "Raspberry Pi"),
    (r"razer\b", "Razer"),
    (r"viglen", "Viglen"),
    (r"stone (?:computers|group)", "Stone"),
    (r"getac", "Getac"),
    (r"wyse\b", "Wyse"),
    (r"igel\b", "IGEL"),
    (r"medion", "Medion"),
    (r"nec\b", "NEC"),
    (r"clevo|notebook$", "Clevo"),
    (r"huanan", "Huanan"),
    (r"besstar", "BESSTAR Tech"),
    (r"innotek|oracle|virtualbox", "VirtualBox"),
    (r"vmware", "VMware"),
    (r"qemu|red hat|bochs", "QEMU"),
    (r"xen\b", "Xen"),
    (r"parallels", "Parallels"),
)
_VIRTUAL: Final = frozenset({"VirtualBox", "VMware", "QEMU", "Xen", "Parallels"})
_DRIVE_MAKERS: Final = (
    (r"seagate|stm\d|st\d{3,}", "Seagate"),
    (r"western digital|wdc?\b|wd[s\d]|pc sn\d", "Western Digital"),
    (r"hgst|ht[sec]\d+\w*a7", "HGST"),
    (r"hitachi|hd[tspe]\d|hts\d|hua\d|hcp\d", "Hitachi"),
    (r"toshiba|thns|kbg\d|kxg\d|mq\d|mk\d|dt01|kioxia", "Toshiba"),
    (r"samsung|mz[-7nv]|hd\d{3}[a-z]{2}|sv\d{4}h|bjtd4r|bgnd3r", "Samsung"),
    (r"kingston|sa400|sv300|suv\d|skc\d|ktm|ocp\w*s3", "Kingston"),
    (r"crucial|ct\d{3,}", "Crucial"),
    (r"micron|mtfd", "Micron"),
    (r"sk ?hynix|hynix|hfs\d|hfm\d|hbg4|hcg8|bc[57]11", "SK hynix"),
    (r"intel|ssdsc|ssdpe|ssdsa", "Intel"),
    (r"san ?disk|sd[789s]\w{3,}|df4\d{3}|dg4\d{3}", "SanDisk"),
    (r"liteon|lite-on|lit[eo]", "LITE-ON"),
    (r"fujitsu|mh[stvwyz]\d", "Fujitsu"),
    (r"maxtor", "Maxtor"),
    (r"quantum", "Quantum"),
    (r"ibm|ic(?:25|35)\w", "IBM"),
    (r"transcend|ts\d+[gm]", "Transcend"),
    (r"ocz", "OCZ"),
    (r"plextor", "Plextor"),
    (r"apple", "Apple"),
    (r"adata|su\d{3}\b", "ADATA"),
    (r"corsair", "Corsair"),
    (r"hs-ssd|hikvision", "Hikvision"),
    (r"lexar", "Lexar"),
    (r"patriot", "Patriot"),
    (r"union memory|umis", "Union Memory"),
)
"""By the maker told, else by how its model numbers begin. First that fits."""
_COMPANY = re.compile(
    r"[\s,]*\b(?:inc|incorporated|corp|corporation|co|ltd|limited|llc|gmbh|ag|sa|s\.a|bv|b\.v|plc|company|international)"
    r"\b\.?(?=[\s,.)]*(?:\b(?:inc|corp|co|ltd|limited|llc)\b\.?)?[\s,.)]*$)",
    re.IGNORECASE,
)
_MACHINE_TYPE = re.compile(r"[0-9A-Z]{4,12}")
_NO_NAME = re.compile(r"(?:lenovo|none|pc|[0-9. ]+|v?[0-9]+\.[0-9.]+)", re.IGNORECASE)
_AS_TOLD = re.compile(r"^[A-Za-z0-9]{4,12}$")


def _first(table: tuple[tuple[str, str], ...], told: str) -> str | None:
    lower = told.lower()
    return next((name for pattern, name in table if re.match(pattern, lower)), None)


@lru_cache(maxsize=2_048)
def maker(told: str | None) -> str | None:
    """*told* by the table; else as told, without what kind of company it is. None for fillers."""
    if told is None:
        return None
    named = _first(_MAKERS, told.strip())
    if named is not None or is_filler(told):
        return named
    bare = told
    for _ in range(3):
        bare = _COMPANY.sub("", bare).strip(" ,.")
    return real(bare or told)


@lru_cache(maxsize=2_048)
def drive_maker(vendor: str | None, model: str | None, family: str | None = None) -> str | None:
    """Maker of a drive, by the vendor told, its family or its model."""
    for told in (vendor, family, model):
        # "ATA" is what a disc says of itself through SCSI, whoever made it.
        if told and (named := _first(_DRIVE_MAKERS, told)):
            return named
    return None if vendor is None or vendor.upper().strip() in ("ATA", "NVME", "USB", "SCSI") else real(vendor)


@lru_cache(maxsize=2_048)
def model_of(manufacturer: str | None, product: str | None, version: str | None = None) -> str | None:
    """A model as people call it, without the maker's name and order numbers; of Lenovo, what the version says."""
    if manufacturer in ("Lenovo", "IBM"):
        named = real(version)
        # A machine type (20HRCTO1WW) stands where others have the model.
        is_type = _MACHINE_TYPE.fullmatch(product or "") is not None or real(product) is None
        if named and (is_type or "think" in named.lower()) and not _NO_NAME.fullmatch(named):
            return _without_maker("Lenovo", named)
    told = real(product)
    if told is None:
        return None
    bare = re.sub(r"\s*\((?:[^()]*)\)\s*$", "", told) or told
    bare = re.sub(r"\s*#\w{3}$", "", bare).strip("<> ")
    return real(_without_maker(manufacturer, bare))


def _without_maker(manufacturer: str | None, model: str) -> str:
    names = {"HP": r"(?:hp|hewlett[- ]packard)", "Dell": r"dell(?: inc\.?)?", "ASUS": r"asus(?:tek)?"}
    if manufacturer is None:
        return model
    pattern = names.get(manufacturer, re.escape(manufacturer.lower()))
    return re.sub(rf"^{pattern}[\s,_-]+", "", model, flags=re.IGNORECASE).strip() or model


def is_virtual(manufacturer: str | None, model: str | None) -> bool:
    """Whether the machine is the work of software."""
    return manufacturer in _VIRTUAL or (manufacturer == "Microsoft" and "virtual machine" in (model or "").lower())


def board(product: Any) -> str | None:
    """A main board's model; None for fillers and where only the maker stands again."""
    told = (real(product) or "").strip("<> ") or None
    return None if told is None or (told.isalpha() and _first(_MAKERS, told)) else told


def order_number(manufacturer: str | None, product: Any, sku: Any) -> str | None:
    """The maker's order number: the SKU told, or the machine type of a Lenovo."""
    if manufacturer in ("Lenovo", "IBM"):
        told = real(product)
        if told and _AS_TOLD.match(told.split(" ")[0]):
            return told.split(" ")[0]
    return real(sku)
