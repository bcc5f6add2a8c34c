"""What kind of machine it is: rules in one table, the first that fits decides, each with the clause that says why.

The chassis type alone is not enough: all-in-ones say "Laptop" and mini PCs say "Desktop", so the name goes first.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from inventory.intake.findings import MachineFound


@dataclass(frozen=True, slots=True)
class Clues:
    """What a report tells of the kind beside what the machine's shape holds."""

    words: str = ""
    """Model, version and family, as told."""
    battery: bool = False


@dataclass(frozen=True)
class Rule:
    """All conditions that are given must hold. Patterns are searched in lower case."""

    kind: str
    because: str
    name: str | None = None
    chassis: str | None = None
    processor: str | None = None
    battery: bool | None = None

    def holds(self, name: str, chassis: str, processor: str, battery: bool) -> bool:
        return (
            (self.name is None or re.search(self.name, name) is not None)
            and (self.chassis is None or re.search(self.chassis, chassis) is not None)
            and (self.processor is None or re.search(self.processor, processor) is not None)
            and (self.battery is None or self.battery == battery)
        )


PORTABLE: Final = r"^(?:laptop|notebook|portable|convertible|sub[ -]?notebook|hand[ -]?held|netbook)$"


def _names(*patterns: str) -> str:
    return rf"\b(?:{'|'.join(patterns)})"


_BUSINESS: Final = (r"optiplex\b", r"elitedesk\b", r"prodesk\b", r"thinkcentre\b", r"veriton\b", r"esprimo\b")

RULES: Final = (
    Rule(
        "server",
        "the model is a server's",
        name=_names(r"poweredge\b", r"proliant\b", r"primergy\b", r"thinkserver\b", r"thinksystem\b", r"system x\d{4}"),
    ),
    Rule("server", "Supermicro builds servers", name=r"^supermicro (?!.*workstation)"),
    Rule("server", "the chassis is a server's", chassis=r"server|rack[ -]?mount|blade|multi-system"),
    Rule(
        "thin_client",
        "the model is a thin client's",
        name=_names(r"wyse\b", r"thin ?client", r"igel\b", r"futro\b", r"hp t[4-7]\d\d\b"),
    ),
    Rule(
        "all_in_one",
        "the model is an all-in-one's",
        name=_names(
            r"aio\b",
            r"all[- ]in[- ]one",
            r"imac",
            r"(?:proone|eliteone|touchsmart|omni)\b",
            r"surface studio",
            r"thinkcentre .{0,12}\d[az]\b",
            r"aspire (?:z|c\d\d-|u\d)",
            r"ideacentre [abc]\d{3}",
            r"v[34-9]0a\b",
            r"vostro 3[236]0\b",
        ),
    ),
    Rule("all_in_one", "the chassis is an all-in-one's", chassis=r"all[ -]?in[ -]?one"),
    Rule(
        "laptop",
        "the model is a laptop's, with a keyboard of its own",
        name=_names(r"surface (?:laptop|book)", r"macbook", r"powerbook", r"ibook", r"chromebook", r"transformer book"),
    ),
    Rule(
        "tablet",
        "the model is a tablet's",
        name=_names(
            r"surface (?:pro|go|3|rt|2|with)",
            r"iconia\b",
            r"tablet\b(?! pc)",
            r"detachable\b",
            r"(?:elitepad|slatepad|slate)\b",
            r"(?:pro|elite) x2\b",
            r"thinkpad (?:8|10|helix|x1 tablet)\b",
            r"t10[0-3]h?a",
            r"rog ally\b",
            r"steam deck\b",
            r"venue (?:8|11)",
            r"miix\b",
            r"stylistic\b",
        ),
    ),
    Rule("tablet", "the chassis is a tablet's", chassis=r"^(?:tablet|detachable)$"),
    Rule(
        "mobile_workstation",
        "the model is a mobile workstation's",
        name=_names(
            r"zbook\b",
            r"thinkpad (?:p\d|w\d{3})",
            r"elitebook \d{4}w\b",
            r"precision (?:m\d{4}|35\d\d|5[4-7]\d\d|7[5-7]\d\d)\b",
            r"compaq \d{4}w\b",
            r"celsius h",
        ),
    ),
    Rule("mobile_workstation", "a Precision with a laptop's chassis", name=r"\bprecision\b", chassis=PORTABLE),
    Rule("mobile_workstation", "a Precision with a battery", name=r"\bprecision\b", battery=True),
    Rule(
        "tower_workstation",
        "the model is a workstation's",
        name=_names(
            r"precision\b",
            r"thinkstation\b",
            r"hp z[2-8]\d{0,2}\b",
            r"z[2-8] (?:g\d|tower|sff|mini)",
            r"xw\d{4}\b",
            r"celsius [rmw]",
            r"macpro\d",
            r"workstation\b",
        ),
    ),
    Rule(
        "micro_desktop",
        "the model is a micro desktop's",
        name=_names(
            r"mac ?mini",
            r"nuc(?:\d|box)?\b",
            r"nuc\d",
            r"thinkcentre .{0,12}\d[qn]\b",
            r"thinkcentre m(?:600|625|630e?)\b",
            r"tiny\b",
            r"desktop mini\b",
            r"(?:pro|elite) mi(?:ni|cro)\b",
            r"dm(?: \d\dw)?\b",
            r"us(?:dt|ff)\b",
            r"mini ?pc\b",
            r"optiplex (?:\d{4}m\b|fx|.*\bmicro\b|.*ultra)",
            r"chromebox\b",
            r"brix\b",
            r"vivomini\b",
            r"(?:azw|beelink|besstar|gmktec|minisforum|trigkey|zbox)\b",
            r"micro computer \(hk\)",
        ),
    ),
    Rule("micro_desktop", "the chassis is a mini PC's", chassis=r"^(?:mini[ -]?pc|stick[ -]?pc)$"),
    Rule(
        "laptop",
        "the model is a laptop's",
        name=_names(
            r"(?:thinkpad|thinkbook|latitude|elitebook|probook|travelmate|lifebook|toughbook)\b",
            r"(?:tecra|portege|satellite|zenbook|vivobook|ideapad|notebook|laptop)\b",
            r"inspiron 1[3-7]",
            r"compaq (?:n[cwx]\d|\d{4}[bspt]\b)",
            r"esprimo mobile\b",
        ),
    ),
    Rule(
        "micro_desktop",
        "a business desktop with a low-power processor, as micro cases have",
        name=_names(*_BUSINESS),
        processor=r"\b(?:i[3579]|g|ultra \d)[- ]?\d{3,5}te?\b",
    ),
    Rule(
        "desktop",
        "the model is a desktop's",
        name=_names(
            *_BUSINESS,
            r"compaq (?:d[cx]?\d|pro\b|elite\b|\d{4} (?:pro|elite))",
            r"vostro \d{3}\b",
            r"aspire [mxt]",
            r"microtower",
            r"small form factor",
            r"minitower",
        ),
    ),
    Rule("laptop", "it has a battery", battery=True),
    Rule("laptop", "the chassis is a laptop's", chassis=PORTABLE),
    Rule("desktop", "the board is one of Intel's for desktops", name=r"^intel d[a-z]?\d{2,3}[a-z]{2,4}\d?\b"),
    Rule(
        "tower_workstation",
        "a tower with a server-class processor",
        chassis=r"tower",
        processor=r"\b(?:xeon|opteron|threadripper|epyc)\b",
    ),
    Rule(
        "desktop",
        "the chassis is a desktop's",
        chassis=r"desktop|tower|space[- ]saving|lunch|pizza|low-profile|mini|sealed|^atx",
    ),
)
"""The order matters: what a name says outweighs the battery, the battery the chassis."""


def with_kind(machine: MachineFound, clues: Clues) -> MachineFound:
    """*machine* with its kind and the clause that says why; kind None where no rule holds."""
    name = " ".join(filter(None, (machine.manufacturer, machine.model, clues.words))).lower()[:600]
    chassis, processor = (machine.chassis or "").lower(), (machine.cpu_model or "").lower()
    kind, because = _decided(name, chassis, processor, clues.battery or machine.battery is not None)
    return replace(machine, kind=kind, kind_because=because)


@lru_cache(maxsize=4_096)
def _decided(name: str, chassis: str, processor: str, battery: bool) -> tuple[str | None, str]:
    for rule in RULES:
        if rule.holds(name, chassis, processor, battery):
            return rule.kind, rule.because
    return None, "nothing in the report tells what kind of machine it is"
