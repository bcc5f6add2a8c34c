"""Words for kinds, statuses and past outcomes as other registers write them, to our keys."""

import re
from collections.abc import Mapping
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES

from .values import Notice

_KIND_WORDS: Final = {
    "desktop": "desktop pc|pc|computer|tower|tower pc|mini tower|midi tower|sff|sff pc|small form factor|"
    "desktop tower|low profile desktop|pizza box|space saving|lunch box|personal computer|workstation pc|"
    "cpu unit",
    "micro_desktop": "micro|micro pc|micro desktop|mini pc|mini computer|mini desktop|mff|usff|tiny|nuc|"
    "stick pc|"
    "ultra small form factor|micro form factor|mac mini|sealed case pc",
    "tower_workstation": "workstation|tower workstation|desktop workstation",
    "all_in_one": "all in one|aio|aio pc|all in one pc|imac",
    "laptop": "notebook|notebook pc|ultrabook|netbook|chromebook|macbook|sub notebook|portable|portable pc|"
    "convertible|detachable|2 in 1|laptop pc|portatil|ordinateur portable",
    "mobile_workstation": "mobile workstation|laptop workstation",
    "tablet": "tablet pc|ipad|slate|hand held tablet",
    "thin_client": "thin client|zero client|terminal",
    "server": "rack server|tower server|blade|blade server|main server chassis|rack mount chassis|"
    "main system chassis|"
    "rack mount server|storage server|nas",
    "monitor": "display|screen|computer monitor|computermonitor|lcd|lcd monitor|tft|vdu",
    "dock": "docking station|docking|port replicator|usb c dock",
    "printer": "mfd|mfp|multifunction printer|laser printer|copier|scanner|plotter|label printer|all in one printer",
    "phone": "mobile phone|smartphone|mobile|cell phone|handset|desk phone|ip phone|voip phone|iphone|telephone",
    "single_board_computer": "sbc|raspberry pi|system on chip|soc|embedded pc|iot gateway|arduino",
    "network_device": "switch|router|firewall|access point|wireless access point|wap|network switch|"
    "networking|"
    "network|network equipment|modem",
    "part": "parts|component|components|spare|spare part|cpu|processor|ram|memory|ssd|hdd|hard drive|"
    "hard disk|"
    "disk|drive|data storage|graphics card|gpu|motherboard|power supply|psu|battery|network adapter|"
    "sound card",
    "other": "accessory|accessories|keyboard|mouse|headset|webcam|projector|camera|peripheral|miscellaneous|"
    "misc|av equipment|cable|charger|ups|speaker|speakers|license|consumable|consumables|stationery|"
    "office supplies",
    "unknown": "unspecified|not specified|undetermined",
}
# Words that say whose or which, not what.
_FILLER = re.compile(
    r"\b(staff|student|students|managed|standard|loan|loaner|pool|university|school|lab|device|"
    r"devices|type|dell|hp|lenovo|apple|windows|linux)\b"
)
_STATUS_WORDS: Final = {
    "on_order": "ordered|pre ordered",
    "in_stock": "stock|new|in store|in storage|ready to deploy|available|unused|spare|deployable",
    "in_use": "deployed|in service|active|live|assigned|checked out|issued|on loan|allocated|"
    "ready to deploy deployed|"
    "in production|in operation",
    "missing": "lost|not found|reported missing",
    "written_off": "stolen|lost stolen|written off lost|loss accepted",
    "returned": "handed back|awaiting inspection|to be inspected|back at hub",
    "on_hold": "hold|legal hold|quarantine|quarantined",
    "ready_for_reuse": "ready for reuse|tested|refurbished|passed for reuse",
    "reserved": "allocated to request|promised",
    "donated": "given away|gifted|donation",
    "sold": "sale",
    "with_lessor": "lease ended|returned to lessor",
    "dismantled": "stripped|stripped for parts",
    "awaiting_collection": "waste|scrap|weee|for disposal|awaiting disposal|declared waste|to be recycled",
    "with_contractor": "collected|collected for recycling",
    "recycled": "weee recycled",
    "disposed": "landfill|landfilled",
}
OUTCOMES: Final = {
    "redeployed": "Re-used internally",
    "donated": "Donated to an external partner",
    "sold": "Sold",
    "with_lessor": "Back with its lessor",
    "written_off": "Lost or stolen, accepted",
    "prepared_for_reuse": "Prepared for re-use after becoming waste",
    "recycled": "Recycled",
    "energy_recovered": "Energy recovered",
    "incinerated": "Incinerated without energy recovery",
    "landfilled": "Landfilled",
    "disposed": "Disposed",
}
"""Past outcomes that an older record may state."""
_OUTCOME_WORDS: Final = {
    "redeployed": "reused|re used|reused internally|re used internally|redeployment|internal reuse|reallocated",
    "donated": "donation|gifted|given away|donated externally|external reuse|charity",
    "sold": "sale|resold",
    "with_lessor": "returned to lessor|lease return|buy back|lease ended",
    "written_off": "lost|stolen|lost stolen|theft|loss",
    "prepared_for_reuse": "refurbished by contractor|prepared for re use|remarketed by contractor",
    "recycled": "recycling|weee|weee recycling|material recovery",
    "energy_recovered": "energy recovery|incineration with energy recovery|energy from waste",
    "incinerated": "incineration",
    "landfilled": "landfill",
    "disposed": "disposal",
}


def normal(word: str) -> str:
    """Lower case, letters and digits only, one space: how words are compared."""
    return " ".join(re.sub(r"[^\w]|_", " ", word.lower()).split())


def _table(words: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    table = {normal(word): key for key, line in words.items() for word in line.split("|")}
    for key, label in labels.items():
        table[normal(key)] = table[normal(label)] = key
    return table


_KINDS = _table(_KIND_WORDS, {key: kind.label for key, kind in KINDS.items()})
_STATUSES = _table(_STATUS_WORDS, {key: status.label for key, status in STATUSES.items()})
_OUTCOMES = _table(_OUTCOME_WORDS, OUTCOMES)


def _find(table: Mapping[str, str], word: str) -> str | None:
    return table.get(word) or table.get(word.removesuffix("s")) or table.get(word.removesuffix("es"))


def kind_for(word: str) -> str | None:
    """Our key for a kind or chassis word ("Notebook", "Staff laptops"); None where no word is known."""
    plain = normal(word)
    return _find(_KINDS, plain) or _find(_KINDS, " ".join(_FILLER.sub(" ", plain).split()))


class Words:
    """Parses words of one column; *given* maps the institution's own words (any case) to our keys."""

    def __init__(self, given: Mapping[str, str], keys: Mapping[str, object]) -> None:
        self._given = {normal(word): key for word, key in given.items()}
        if wrong := sorted(key for key in self._given.values() if key not in keys):
            raise ValidationRefused(
                mark("{wrong} is not one of: {keys}."), wrong=", ".join(wrong), keys=", ".join(keys)
            )

    def kind(self, text: str) -> str:
        """A kind; an unrecognised word gives ``unknown`` with a notice, for somebody to mend."""
        if found := self._given.get(normal(text)) or kind_for(text):
            return found
        raise Notice(
            mark("“{word}” is no kind known here; the kind stays unknown"),
            value="unknown",
            word=text,
        )

    def status(self, text: str) -> str:
        """A status; an unrecognised word is refused, since nobody else knows where the machine stands."""
        if found := self._given.get(normal(text)) or _find(_STATUSES, normal(text)):
            return found
        raise ValidationRefused(mark("is no status known here; say which status this word stands for"))

    def outcome(self, text: str) -> str:
        """A past outcome; an unrecognised word is refused."""
        if found := self._given.get(normal(text)) or _find(_OUTCOMES, normal(text)):
            return found
        raise ValidationRefused(mark("is no outcome known here; say which of these it is: ") + ", ".join(OUTCOMES))
