"""The table of techniques: what each may be credited with on each medium. Pure.

Levels are those of NIST SP 800-88 Rev. 2 (clear, purge, destroy). Rev. 2 points to IEEE 2883 for techniques; its
text was not at hand, so no conformance with it is claimed and every doubt is settled downwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NONE: Final = "none"
RANK: Final = {NONE: 0, "clear": 1, "purge": 2, "destroy": 3}
FLASH: Final = frozenset({"ssd", "nvme", "emmc"})
RESIDUAL: Final = "flash: residual areas"
"""What is said of flash that was only overwritten: a host reaches no over-provisioned block."""


@dataclass(frozen=True)
class Technique:
    """A way to sanitise. ``levels``: credit by medium; a medium that is not there gets ``otherwise``.

    ``at_most`` is the most a person may claim where that is more than the credit: the technique can do it, and
    the person vouches for the conditions. ``source`` says where the credit comes from.
    """

    key: str
    label: str
    source: str
    levels: Mapping[str, str]
    otherwise: str = NONE
    at_most: Mapping[str, str] = field(default_factory=dict)
    residual: bool = False
    """Whether flash keeps residual areas after it."""
    words: tuple[str, ...] = ()
    """Other words that people write for it."""


_DRIVES: Final = ("hdd", "ssd", "nvme")


def _all(level: str, *media: str) -> dict[str, str]:
    return dict.fromkeys(media or _DRIVES, level)


_KNOWN = "common knowledge"
_ROWS = (
    Technique("overwrite", "Overwriting by the host",
              "SP 800-88 Rev. 2: host overwriting is Clear; flash keeps areas the host does not reach",
              _all("clear"), "clear", residual=True, words=("overwriting", "host overwrite", "nwipe", "dban")),
    Technique("ata_secure_erase", "ATA secure erase", _KNOWN, _all("clear", "hdd", "ssd"),
              words=("secure erase", "security erase")),
    Technique("ata_secure_erase_enhanced", "ATA secure erase, enhanced", _KNOWN + "; on hard disks it may purge",
              _all("clear", "hdd", "ssd"), at_most={"hdd": "purge"}, words=("enhanced secure erase",)),
    Technique("sanitize_block", "ATA or NVMe sanitise, block erase", "IEEE 2883 as told by nvme-cli (PRGD)",
              _all("purge"), "clear", words=("block erase",)),
    Technique("sanitize_crypto", "ATA or NVMe sanitise, crypto scramble", "IEEE 2883 as told by nvme-cli (PRGD)",
              _all("purge"), "clear", words=("crypto scramble",)),
    Technique("sanitize_overwrite", "ATA or NVMe sanitise, overwrite", "IEEE 2883 as told by nvme-cli (PRGD)",
              _all("purge"), "clear", words=("firmware sanitise", "firmware sanitize")),
    Technique("nvme_format", "NVMe format with secure erase",
              "SP 800-88 Rev. 1 allows Purge, IEEE 2883 reads as Clear: the lower of both", _all("clear", "nvme"),
              words=("nvme format",)),
    Technique("crypto_erase", "Cryptographic erase, key scope documented", "SP 800-88 Rev. 2, on that condition",
              _all("purge", "ssd", "nvme"), words=("cryptographic erase", "crypto erase")),
    Technique("degauss", "Degaussing", "SP 800-88 Rev. 2: no longer a way to destroy; Purge on magnetic media is "
              + _KNOWN, _all("purge", "hdd"), words=("degaussing",)),
    Technique("shred", "Shredding or disintegrating, certified", _KNOWN, {}, "destroy",
              words=("shredding", "disintegrate", "disintegration", "shredded")),
    Technique("factory_reset", "Factory reset", "NCSC accepts it of an encrypted device only, as a policy of its own",
              {}, words=("reset",)),
    Technique("reimage", "Deleting or installing anew", _KNOWN, {}, words=("deleted", "re-image", "reinstall")),
)  # fmt: skip

TECHNIQUES: Final = {row.key: row for row in _ROWS}
_BY_WORD: Final = {
    word.casefold(): row for row in _ROWS for word in (row.key, row.key.replace("_", " "), row.label, *row.words)
}


def technique_named(text: str | None) -> Technique | None:
    """The row that *text* (key, label or a usual word) names; None for words of one's own."""
    return _BY_WORD.get(" ".join((text or "").split()).casefold())


def level_of(technique: Technique, medium: str | None) -> str:
    """The level credited to *technique* on *medium*; where the medium is not known, the lowest on any drive."""
    if medium in (None, "", "other"):
        return min((technique.levels.get(each, technique.otherwise) for each in _DRIVES), key=RANK.__getitem__)
    return technique.levels.get(str(medium), technique.otherwise)


def most_claimable(technique: Technique, medium: str | None) -> str:
    """The highest level a person may claim; where the medium is not known, the highest on any drive."""
    media = _DRIVES if medium in (None, "", "other") else (str(medium),)
    each = [technique.at_most.get(one, technique.levels.get(one, technique.otherwise)) for one in media]
    return max(each, key=RANK.__getitem__)


def leaves_residue(technique: Technique, medium: str | None) -> bool:
    """Whether the wipe carries the mark that flash keeps residual areas."""
    return technique.residual and medium in FLASH
