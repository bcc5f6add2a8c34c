"""What one label says: tag, address, and the words about its machine. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.payload import is_local, label_address
from inventory.labels.shapes import LabelShape
from inventory.printing import fonts
from inventory.printing.picture import Picture
from inventory.printing.qr import is_alphanumeric
from inventory.register.tags import normalise

SHOWABLE: Final = {
    "model": mark("Model"),
    "serial": mark("Serial number"),
    "department": mark("Department"),
    "order": mark("Order reference"),
    "institution": mark("Institution"),
    "logo": mark("Logo"),
    "bars": mark("Code 128 of the tag, for older scanners"),
}
"""What a label may show beside code and tag, in the order in which it stands."""
USUAL: Final = ("model", "institution")


@dataclass(frozen=True, slots=True)
class LabelText:
    """What one label says: the *tag* as people read it, the *address* as scanners do.

    ``facts``: further lines about the machine. ``statement``: the sentences of a second-life label, which
    stand in place of model and facts. ``unclaimed`` marks a blank label that waits for its machine;
    ``local_only`` one whose address works only here, so that nobody sticks it on; ``copy`` 2 or more is
    printed as R2, R3 ...: the label was printed before. ``bars`` asks for the tag as Code 128 too.
    """

    tag: str
    address: str
    model: str = ""
    institution: str = ""
    unclaimed: bool = False
    local_only: bool = False
    facts: tuple[str, ...] = ()
    statement: tuple[str, ...] = ()
    copy: int = 1
    bars: bool = False
    logo: Picture | None = None

    def payload(self, shape: LabelShape) -> str:
        """What the code of this label holds; ValidationRefused for a tag that cannot stand alone in one."""
        if shape.carries == "address":
            return self.address
        key = normalise(self.tag)
        if not is_alphanumeric(key):
            raise ValidationRefused(
                mark(
                    "No label of {size} can be printed for the tag {tag}: it holds the tag alone, as capitals, "
                    "digits and $%*+-./: only. Choose a larger label."
                ),
                field="template",
                size=shape.size,
                tag=self.tag,
            )
        return key


def make_label(
    public_url: str,
    tag: str,
    *,
    model: str = "",
    institution: str = "",
    unclaimed: bool = False,
    local_only: bool = False,
) -> LabelText:
    """The label of *tag*; refusals as `label_address`. A local *public_url* marks the label as local too."""
    address = label_address(public_url, tag)
    shown = " ".join(tag.split())
    if not fonts.can_print(shown, fonts.MONO):
        raise ValidationRefused(
            mark("No label can be printed for the tag {tag}: the label's type lacks one of its characters."),
            field="tag",
            tag=tag,
        )
    return LabelText(shown, address, model, institution, unclaimed, local_only or is_local(public_url))


def specimen(public_url: str, institution: str, shows: tuple[str, ...], logo: Picture | None = None) -> LabelText:
    """A label of no machine, to show what one looks like."""
    label = make_label(public_url, "SPECIMEN", model="Dell OptiPlex 7010", institution=institution)
    facts = {"serial": "S/N CZC0408YPV", "department": "Informatics", "order": "PO 4500123"}
    return replace(
        label,
        model=label.model if "model" in shows else "",
        institution=institution if "institution" in shows else "",
        facts=tuple(words for key, words in facts.items() if key in shows),
        bars="bars" in shows,
        logo=logo if "logo" in shows else None,
    )
