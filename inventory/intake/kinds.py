"""What kind of machine it is: rules in one table, the first that fits decides, each with the clause that says why.

The chassis type alone is not enough: all-in-ones say "Laptop" and mini PCs say "Desktop", so the name goes first.
"""

import re
from dataclasses import dataclass, replace
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
_BUSINESS: Final = r"\b(?:optiplex|elitedesk|prodesk|thinkcentre|veriton|esprimo)\b"

RULES: Final = (
    Rule(
        "server",
        "the model is a server's",
        name=r"\b(?:poweredge|proliant|primergy|thinkserver|thinksystem|system x\d{4})\b",
    ),
    Rule("server", "the chassis is a server's", chassis=r"server|rack[ -]?mount|blade|multi-system"),
    Rule(
        "thin_client",
        "the model is a thin client's",
        name=r"\bwyse\b|thin ?client|\bigel\b|\bfutro\b|\bhp t[4-7]\d{2}\b",
    ),
    Rule(
        "all_in_one",
        "the model is an all-in-one's",
        name=r"\baio\b|all[- ]in[- ]one|\bimac|\b(?:proone|eliteone|touchsmart|omni)\b|surface studio|\bthinkcentre .*\d+z\b|\bz\d{4}\b.*aspire"
        r"|\baspire (?:z|c\d\d-|u\d)|\bideacentre (?:a|b|c)\d{3}|\bv[34-9]0a\b|\bvostro (?:320|330|360)\b|\bz1 g\d\b",
    ),
    Rule("all_in_one", "the chassis is an all-in-one's", chassis=r"all[ -]?in[ -]?one"),
    Rule(
        "laptop",
        "the model is a laptop's, with a keyboard of its own",
        name=r"surface (?:laptop|book)|\b(?:macbook|powerbook|ibook|chromebook|transformer book|thinkbook)",
    ),
    Rule(
        "tablet",
        "the model is a tablet's",
        name=r"\bsurface (?:pro|go|3|rt|2|with)|\biconia\b|\btablet\b(?! pc)|\b(?:elitepad|slatepad|slate)\b|\bpro x2\b|\belite x2\b"
        r"|\bthinkpad (?:8|10|helix|x1 tablet)\b|\bt10[0-3]h?a|\brog ally\b|\bsteam deck\b|\bvenue (?:8|11)|\bmiix\b|\bstylistic\b",
    ),
    Rule("tablet", "the chassis is a tablet's", chassis=r"^(?:tablet|detachable)$"),
    Rule(
        "mobile_workstation",
        "the model is a mobile workstation's",
        name=r"\bzbook\b|\bthinkpad (?:p\d|w\d{3})|\belitebook \d{4}w\b|\bprecision m\d{4}\b|\bcelsius h",
    ),
    Rule("mobile_workstation", "a Precision with a laptop's chassis", name=r"\bprecision\b", chassis=PORTABLE),
    Rule("mobile_workstation", "a Precision with a battery", name=r"\bprecision\b", battery=True),
    Rule(
        "tower_workstation",
        "the model is a workstation's",
        name=r"\bprecision\b|\bthinkstation\b|\bz[2-8]\d{0,2} (?:g\d|tower|sff|mini|workstation)|\bhp z[2468]\d{0,2}\b|\bxw\d{4}\b|\bcelsius [rmw]|\bmacpro\d|\bworkstation\b",
    ),
    Rule(
        "micro_desktop",
        "the model is a micro desktop's",
        name=r"\bmac ?mini|\bnuc\d|\bnuc\b|\bthinkcentre .*\d+[qn]\b|\btiny\b|\bdesktop mini\b|\bdm(?: \d\dw)?\b|\busdt\b|\busff\b|\bmini pc\b"
        r"|\boptiplex (?:\d{4}m\b|fx|.*\bmicro\b)|\boptiplex .*ultra|\bchromebox\b|\bbrix\b|\bgb-b|\bvivomini\b|\bthinkcentre m(?:600|625|630e?)\b|\bnucbox\b|\bminipc\b",
    ),
    Rule("micro_desktop", "the chassis is a mini PC's", chassis=r"^(?:mini[ -]?pc|stick[ -]?pc)$"),
    Rule(
        "laptop",
        "the model is a laptop's",
        name=r"\b(?:thinkpad|latitude|elitebook|probook|travelmate|lifebook|toughbook|tecra|portege|satellite|zenbook|vivobook|ideapad|inspiron 1[3-7]|notebook|laptop)\b",
    ),
    Rule(
        "micro_desktop",
        "a business desktop with a low-power processor, as only micro cases have",
        name=_BUSINESS,
        processor=r"\b(?:i[3579]|g|ultra \d)[- ]?\d{3,5}te?\b",
    ),
    Rule(
        "desktop",
        "the model is a desktop's",
        name=_BUSINESS
        + r"|\b(?:compaq (?:dc|dx|pro|elite|\d{4})|vostro \d{3}\b|aspire (?:m|x|t)|microtower|small form factor|minitower)",
    ),
    Rule(
        "desktop",
        "the board is one of Intel's for desktops",
        name=r"^intel (?:d[a-z]?\d{2,3}[a-z]{2,4}\d?)\b",
        battery=False,
    ),
    Rule("laptop", "it has a battery", battery=True),
    Rule("laptop", "the chassis is a laptop's", chassis=PORTABLE),
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
    for rule in RULES:
        if rule.holds(name, chassis, processor, clues.battery or machine.battery is not None):
            return replace(machine, kind=rule.kind, kind_because=rule.because)
    return replace(machine, kind=None, kind_because="nothing in the report tells what kind of machine it is")
