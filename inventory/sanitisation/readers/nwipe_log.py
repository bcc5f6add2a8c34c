"""Reads the logs of nwipe and ShredOS (0.2x to 0.4x).

Its times are wall-clock times and stay naive. The last line (“successfully completed”) and lines on progress are
not looked at: a run in which a drive was skipped ends with the same words. What counts is each drive's own row.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from inventory.errors import ValidationRefused
from inventory.reading.documents import Document
from inventory.sanitisation.findings import ErasureFound, ErasuresFound
from inventory.sanitisation.readers._base import Reader as Base
from inventory.sanitisation.readers._values import medium_of, name_of, number_of, serial_of, text_of

_STAMP = re.compile(r"^\[(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\]\s+(?:([a-z]+):\s?)?(.*)$")
_FOUND = re.compile(r"^\s*Found /dev/(\S+?), *([^,]*),(.*), *([^,]*), *S/N=(.*)$")
_OPTION = re.compile(r"^\s*(banner|method|quiet|rounds|verify|prng)\s*=\s*(.*)$")
_BANNER = re.compile(r"^\s*nwipe\s+(v?\d[\w.\-]*)\s*$", re.IGNORECASE)
_HOST = re.compile(r"^\s*((?:system|chassis|baseboard)-[a-z-]+)\s*=\s*(.*)$")
_FOOTER = re.compile(r"^\[(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\]\s*Total Throughput\s*[^,]*,\s*(.*),\s*(\d+)R([+A-Z]*)\s*$")
_SECTION = re.compile(r"^\*{3,}\s*(Error Summary|Erasure Summary|Drive Status)\s*\*{3,}\s*$")
_STARTED = re.compile(r"^\s*(?:Invoking method|Starting round 1 of|Starting pass 1/).* on /dev/(\S+?)\.?$")
_ENDED = re.compile(
    r"^\s*(?:Finished|\[SUCCESS\]|\[FAILURE\]|\d+ bytes (?:written|read)).*?/dev/([\w.-]+?)(?: is .*)?\.?$"
)
_ROUND = re.compile(r"^\s*Finished (?:final )?round (\d+) of (\d+) on /dev/(\S+)$")
_SIZE = re.compile(r"^\s*/dev/(\S+), sect/blk/dev \d+/\d+/(\d+)$")
_HIDDEN: Final = (
    ("hidden_not_erased", re.compile(r"HIDDEN (?:SECTORS|AREA) DETECTED ?!.* on /dev/([\w.-]+)")),
    ("unknown", re.compile(r"HIDDEN (?:SECTORS|AREA) INDETERMINATE ?!? on /dev/([\w.-]+)")),
    ("none", re.compile(r"No hidden (?:sectors|area) on /dev/([\w.-]+)")),
    ("n/a", re.compile(r"/dev/([\w.-]+) may not support HPA/DCO")),
)
_RETRIES = re.compile(r"/dev/([\w.-]+).*?\b(\d+) (?:I/O )?retries|(\d+) (?:I/O )?retries.* on /dev/([\w.-]+)")
_STATUSES: Final = {"erased": "erased", "-failed-": "failed", "uaborted": "aborted", "insanity": "insane"}
_METHODS: Final = {
    "dod 5220.22-m": "overwrite",
    "dod short": "overwrite",
    "gutmann wipe": "overwrite",
    "rcmp tssit ops-ii": "overwrite",
    "prng stream": "overwrite",
    "fill with zeros": "overwrite",
    "fill with ones": "overwrite",
    "hmg is5 enhanced": "overwrite",
    "bruce schneier 7-pass": "overwrite",
    "bmb21-2019": "overwrite",
}
"""The labels that nwipe prints for methods that write; those that begin with Verify only read."""
_VERIFIED: Final = {"NV": "status", "VL": "sample", "VA": "full"}
"""Its marks: none, last pass only, every pass."""
_BUS: Final = {"NVME": "n/a", "VIRT": "n/a"}
"""Where there is no HPA or DCO to look for."""
_MOST_DRIVES: Final = 512


@dataclass(slots=True)
class _Run:
    method: str | None = None
    rounds: int | None = None
    marks: str = ""
    ended: datetime | None = None
    quiet: bool = False
    version: str | None = None


class Reader(Base):
    key = "nwipe_log"
    label = "nwipe or ShredOS log"

    def recognises(self, document: Document) -> float:
        text = document.text
        if text is None or text.lstrip()[:1] in ("{", "<"):
            return 0.0
        if re.search(r"^\*+ Drive Status \*+$|^\[[\d/]+ [\d:]+\]\s+\w+:\s+Found /dev/\S+,.*S/N=", text, re.MULTILINE):
            return 0.9
        return 0.4 if re.search(r"\bnwipe \d+\.\d+", text[:20_000]) else 0.0

    def read(self, document: Document) -> ErasuresFound:
        text = document.text
        if text is None:
            raise ValidationRefused(f"{document.name} is no text, so it is no log of nwipe.")
        log = _Log()
        for line in text.split("\n"):
            log.take(line[:2_000])
        if not log.drives and not log.runs:
            raise ValidationRefused(
                f"{document.name} names no drive: neither a line “Found /dev/...” nor a table “Drive Status” is in it."
            )
        return log.whole()


class _Log:
    """The lines taken so far."""

    def __init__(self) -> None:
        self.run = _Run()
        self.runs: list[ErasureFound] = []
        self.idle: list[str] = []
        self.drives: dict[str, ErasureFound] = {}
        self.seen: set[str] = set()
        self.host: dict[str, str | None] = {}
        self.section = ""

    def drive(self, name: str) -> ErasureFound | None:
        """What is known of /dev/*name*; None once there are more than any machine holds."""
        name = name.rpartition("/")[2]
        if name not in self.drives and len(self.drives) < _MOST_DRIVES:
            self.drives[name] = ErasureFound()
        return self.drives.get(name)

    def know(self, name: str, **told: object) -> None:
        found = self.drive(name)
        if found is not None:
            self.drives[name.rpartition("/")[2]] = replace(found, **told)  # type: ignore[arg-type]

    def take(self, line: str) -> None:
        if match := _SECTION.match(line):
            self.section = match[1]
            return
        if footer := _FOOTER.match(line):
            self.run.ended, self.run.method = _moment(footer[1]), text_of(footer[2])
            self.run.rounds, self.run.marks = number_of(footer[3]), footer[4]
            self.section = ""
            return
        stamped = _STAMP.match(line)
        if stamped is None:
            if self.section:
                self.row(line)
            return
        self.said(_moment(stamped[1]), stamped[3])

    def said(self, at: datetime | None, words: str) -> None:
        if match := _FOUND.match(words):
            self.found(match)
        elif match := _OPTION.match(words):
            self.option(match[1], match[2].strip())
        elif match := _BANNER.match(words):
            self.run.version = match[1].lstrip("v")
        elif match := _HOST.match(words):
            self.host[match[1]] = name_of(match[2])
        elif match := _SIZE.match(words):
            self.know(match[1], capacity_bytes=number_of(match[2]))
        elif match := _ROUND.match(words):
            self.know(match[3], rounds_done=number_of(match[1]), ended_at=at)
        elif match := _STARTED.match(words):
            if (drive := self.drive(match[1])) is not None and drive.started_at is None:
                self.know(match[1], started_at=at)
        elif match := _ENDED.match(words):
            self.know(match[1], ended_at=at)
        else:
            self.warned(words)

    def warned(self, words: str) -> None:
        for state, pattern in _HIDDEN:
            if match := pattern.search(words):
                before = self.drive(match[1])
                # The worst of what the log says stands, should it contradict itself.
                if before is not None and before.hidden_area != "hidden_not_erased":
                    self.know(match[1], hidden_area=state)
                return
        if match := _RETRIES.search(words):
            self.know(match[1] or match[4], retries=number_of(match[2] or match[3]))

    def found(self, match: re.Match[str]) -> None:
        name, bus, model, _size, serial = match.groups()
        bus, serial = bus.strip().upper(), serial.strip()
        if self.run.ended is not None or name in self.seen:
            # Another run in the same file: its sda may be another drive, so nothing is carried over.
            self.close()
        self.seen.add(name)
        hidden = bool(serial) and set(serial) <= {"X", "?"}
        self.know(
            name,
            serial=None if hidden else serial_of(serial),
            anonymised=hidden and "X" in serial,
            model=name_of(model),
            medium=medium_of("nvme" if name.startswith("nvme") else "", bus, model),
            interface=text_of(bus),
            hidden_area=_BUS.get(bus, "unknown"),
        )

    def option(self, name: str, value: str) -> None:
        if name == "banner":
            self.run.version = text_of(value.lower().removeprefix("nwipe"))
        elif name == "method":
            self.run.method = self.run.method or text_of(value)
        elif name == "quiet":
            self.run.quiet = value.startswith(("1", "on"))
        elif name == "rounds":
            self.run.rounds = number_of(value)

    def row(self, line: str) -> None:
        if line.startswith(("***", "---")):
            self.section = "" if line.startswith("***") else self.section
            return
        cells = [cell.strip() for cell in line.lstrip("! ").split("|")]
        name = cells[0]
        if len(cells) < 4 or not re.fullmatch(r"[\w./-]{1,40}", name) or name == "Device":
            return
        if self.section == "Error Summary":
            passes, verify, sync = (number_of(cell) for cell in cells[1:4])
            self.know(name, pass_errors=passes, verify_errors=verify, sync_errors=sync)
        elif self.section == "Erasure Summary":
            self.know(name, bytes_erased=number_of(cells[1]), bytes_total=number_of(cells[2]))
        else:
            self.know(name, status=_STATUSES.get(cells[1].lower(), "unknown"))

    def close(self) -> None:
        """End a run: each drive that took part, with what the run as a whole says."""
        run = self.run
        method = (run.method or "").strip()
        verify_only = method.lower().startswith("verify ")
        mark = next((mark for mark in ("VA", "VL", "NV") if mark in run.marks.split("+")), None)
        took_part = {name for name, each in self.drives.items() if each.started_at or each.pass_errors is not None}
        took_part |= {name for name, each in self.drives.items() if each.status != "unknown"}
        for name, found in self.drives.items():
            if took_part and name not in took_part:
                self.idle.append(found.serial or name)
                continue
            self.runs.append(
                replace(
                    found,
                    anonymised=found.anonymised or run.quiet,
                    serial=None if run.quiet else found.serial,
                    technique=None if verify_only else _METHODS.get(method.lower()),
                    pattern=method or None,
                    is_erasure=not verify_only,
                    rounds_asked=run.rounds if found.rounds_done is not None else None,
                    # A row that is done before the others ends when its own last line says, if one does.
                    ended_at=found.ended_at if found.status == "erased" and found.ended_at else run.ended,
                    verification=_VERIFIED.get(mark or "", "none"),
                )
            )
        self.run, self.drives, self.seen, self.section = _Run(version=run.version), {}, set(), ""

    def whole(self) -> ErasuresFound:
        self.close()
        return ErasuresFound(
            reader=Reader.key,
            tool="nwipe",
            tool_version=self.run.version,
            host_serial=self.host.get("system-serial-number"),
            host_asset_tag=self.host.get("chassis-asset-tag"),
            host_uuid=self.host.get("system-uuid"),
            host_manufacturer=self.host.get("system-manufacturer"),
            host_model=self.host.get("system-product-name"),
            erasures=tuple(self.runs),
            notes=(f"Found and not part of the run: {', '.join(self.idle[:20])}.",) if self.idle else (),
        )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007 - wall-clock time of the place
    except ValueError:
        return None


READER = Reader()
