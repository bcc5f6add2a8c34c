"""A certificate of sanitisation as A4 pages: machine, every drive, room to sign, the code to check it by."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from inventory.lifecycle.details import MEDIA, METHODS, VERIFICATIONS
from inventory.printing import fonts, qr
from inventory.printing.pdf import Paper
from inventory.register.kinds import KINDS
from inventory.sanitisation.models import SanitisationCertificate
from inventory.sanitisation.techniques import technique_named

_PAGE_MM: Final = (210.0, 297.0)
_LEFT, _RIGHT, _BOTTOM = 18.0, 192.0, 272.0
_LABEL_MM: Final = 44.0
_STEP: Final = 4.8
_SIZE: Final = 9.0
_POINTS: Final = 72 / 25.4
_MODULE_MM: Final = 0.6
ABOUT: Final = (
    "Media sanitised as told below. Levels are those of NIST SP 800-88 Rev. 2; conformance with another standard is "
    "not claimed. Where flash was only overwritten, areas that the host does not reach may remain, and the drive "
    "bears that mark."
)
Row = tuple[str, str]


class _Sheet:
    """Lines down the pages of a certificate."""

    def __init__(self, out: IO[bytes], number: str, institution: str) -> None:
        self.head = f"{institution}   Certificate of sanitisation {number}"
        self.paper = Paper(out, _PAGE_MM, title=f"Certificate of sanitisation {number}", author=institution)
        self.page, self.y = 0, 0.0
        self.turn()

    def turn(self) -> None:
        if self.page:
            self.paper.next_page()
        self.page += 1
        room = (_RIGHT - _LEFT - 20) * _POINTS
        self.paper.text(
            _LEFT, 12.0, fonts.cut(fonts.printable(self.head, fonts.TEXT), fonts.TEXT, 8.0, room), fonts.TEXT, 8.0
        )
        self.paper.text(_RIGHT - 14, 12.0, f"Page {self.page}", fonts.TEXT, 8.0)
        self.paper.line(_LEFT, 14.0, _RIGHT, 14.0)
        self.y = 22.0

    def room_for(self, lines: float) -> None:
        if self.y + lines * _STEP > _BOTTOM:
            self.turn()

    def title(self, text: str, size: float, right: float = _RIGHT) -> None:
        self.room_for(4)
        for line in fonts.wrap(text, fonts.TEXT, size, (right - _LEFT) * _POINTS, 3):
            self.y += size * 0.42
            self.paper.text(_LEFT, self.y, line, fonts.TEXT, size)
        self.y += 5.0

    def text(self, text: str, right: float = _RIGHT, most: int = 6) -> None:
        for line in fonts.wrap(text, fonts.TEXT, _SIZE, (right - _LEFT) * _POINTS, most):
            self.room_for(1)
            self.paper.text(_LEFT, self.y, line, fonts.TEXT, _SIZE)
            self.y += _STEP
        self.y += 1.5

    def row(self, label: str, text: str, right: float = _RIGHT, font: str = fonts.TEXT) -> None:
        size = _SIZE if font == fonts.TEXT else 8.0
        lines = fonts.wrap(text or "not stated", font, size, (right - _LEFT - _LABEL_MM) * _POINTS, 4)
        self.room_for(len(lines))
        self.paper.text(_LEFT, self.y, label, fonts.TEXT, _SIZE)
        for line in lines:
            self.paper.text(_LEFT + _LABEL_MM, self.y, line, font, size)
            self.y += _STEP


def write(
    out: IO[bytes],
    certificate: SanitisationCertificate,
    address: str,
    people: Mapping[str, str],
    zone: ZoneInfo,
    note: str = "",
) -> None:
    """Write *certificate* to *out*. *address*: the public one, in capitals; *people*: names by account id.

    *note*: what is to be printed on its head, where it no longer holds or is a demonstration.
    """
    content = certificate.content
    sheet = _Sheet(out, certificate.number, str(content["institution"]))
    matrix = qr.encode(address)
    side = matrix.side * _MODULE_MM
    beside = _RIGHT - side - 6
    sheet.paper.qr(_RIGHT - side, 20.0, matrix, _MODULE_MM)
    sheet.title("Certificate of sanitisation", 20.0, beside)
    if note:
        sheet.text(note, beside)
    for label, text in _head(certificate, people, zone):
        sheet.row(label, text, beside)
    sheet.row("Hash (SHA-256)", certificate.sha256, beside, fonts.MONO)
    sheet.row("Check it at", address, beside, fonts.MONO)
    sheet.y = max(sheet.y, 20.0 + side + 6)
    sheet.text(ABOUT)
    for number, drive in enumerate(content["drives"], 1):
        sheet.room_for(18)
        sheet.title(f"Drive {number} of {len(content['drives'])}", 12.0)
        for label, text in _drive(drive, content["machine"]["tag"], people, zone):
            sheet.row(label, text)
        sheet.y += 3.0
    _signatures(sheet, certificate, people, zone)
    sheet.paper.close()


def _head(certificate: SanitisationCertificate, people: Mapping[str, str], zone: ZoneInfo) -> Iterator[Row]:
    machine = certificate.content["machine"]
    what = " ".join(filter(None, (machine["manufacturer"], machine["model"])))
    kind = KINDS[machine["kind"]].label
    yield "Number", certificate.number
    yield (
        "Issued",
        f"{_when(certificate.content['issued_at'], zone)} by {_name(certificate.content['issued_by'], people)}",
    )
    yield "Institution", certificate.content["institution"]
    yield "Property number", machine["tag"]
    yield "Machine", f"{kind}: {what}" if what else kind
    yield "Serial of the machine", machine["serial"] or ""


def _drive(drive: dict[str, Any], tag: str, people: Mapping[str, str], zone: ZoneInfo) -> Iterator[Row]:
    row = technique_named(drive["technique"])
    size = drive.get("capacity_bytes")
    by = drive.get("performed_by") or _name(drive["sanitised_by"], people)
    yield "Manufacturer, model", " ".join(filter(None, (drive["manufacturer"], drive["model"])))
    yield "Serial number", drive["serial"] or ""
    yield "Media type", MEDIA.get(drive["medium"] or "", "not known") + (f", {size / 10**9:,.0f} GB" if size else "")
    yield "Media source", f"machine {tag}"
    if drive.get("confidentiality_before"):
        yield "Confidentiality before", drive["confidentiality_before"]
    yield "Method", METHODS[drive["method"]] + (f" ({drive['marks']})" if drive.get("marks") else "")
    technique = row.label if row else drive["technique"] or ""
    pattern = drive.get("pattern")
    yield "Technique", technique + (f" ({pattern})" if pattern and pattern != technique else "")
    yield "Tool and version", drive["tool"] or ""
    yield "Ended", _when(drive["ended_at"], zone, drive["precision"])
    yield "Sanitised by", ", ".join(filter(None, (by, drive.get("performed_org"))))
    verified = VERIFICATIONS.get(drive.get("verification") or "", "")
    yield "Verification", verified + _by(drive, "verified", people, zone)
    yield "Validation", _by(drive, "validated", people, zone).removeprefix(", ")
    if drive.get("certificate_no"):
        yield "Contractor's certificate", drive["certificate_no"]
    yield "Evidence", drive["evidence"] or ""
    if drive.get("destination"):
        yield "Destination", drive["destination"]


def _by(drive: dict[str, Any], act: str, people: Mapping[str, str], zone: ZoneInfo) -> str:
    who, at = drive.get(f"{act}_by"), drive.get(f"{act}_at")
    return f", {_name(who, people)}, {_when(at, zone)}" if who and at else ""


def _signatures(sheet: _Sheet, certificate: SanitisationCertificate, people: Mapping[str, str], zone: ZoneInfo) -> None:
    drives = certificate.content["drives"]
    acts = (
        ("Sanitised", {each.get("performed_by") or _name(each["sanitised_by"], people) for each in drives}),
        ("Verified", {_name(each["verified_by"], people) for each in drives if each.get("verified_by")}),
        ("Validated", {_name(each["validated_by"], people) for each in drives if each.get("validated_by")}),
    )
    sheet.room_for(12)
    sheet.title("Signatures", 12.0)
    for act, names in acts:
        sheet.room_for(3)
        sheet.paper.text(_LEFT, sheet.y, f"{act} by", fonts.TEXT, _SIZE)
        said = fonts.cut(fonts.printable(", ".join(sorted(names)) or "", fonts.TEXT), fonts.TEXT, _SIZE, 52 * _POINTS)
        sheet.paper.text(_LEFT + 26, sheet.y, said, fonts.TEXT, _SIZE)
        for x, label in ((96.0, "Title"), (126.0, "Place, date"), (156.0, "Signature")):
            sheet.paper.line(x, sheet.y + 1, x + 27, sheet.y + 1)
            sheet.paper.text(x, sheet.y + 4.2, label, fonts.TEXT, 7.0)
        sheet.y += 2.6 * _STEP


def _name(uid: str | None, people: Mapping[str, str]) -> str:
    return people.get(uid or "", "(name erased)")


def _when(text: str, zone: ZoneInfo, precision: str = "instant") -> str:
    at = datetime.fromisoformat(text).astimezone(zone)
    return f"{at:%-d %b %Y}" if precision == "day" else f"{at:%-d %b %Y, %H:%M %Z}"


def people_in(content: dict[str, Any]) -> set[str]:
    """Ids of the accounts that a certificate names."""
    names = ("sanitised_by", "verified_by", "validated_by")
    return {content["issued_by"]} | {str(each[name]) for each in content["drives"] for name in names if each.get(name)}
