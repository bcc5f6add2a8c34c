"""A file as it was brought, opened: a zip member by member within bounds, anything else as itself."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from inventory.reading.documents import LARGEST, Document

MOST_MEMBERS: Final = 5_000
"""Files in one archive, those of archives inside it included."""
LARGEST_TOTAL: Final = 256 * 1024 * 1024
"""Bytes that one archive may unpack to, all its members together."""
HIGHEST_RATIO: Final = 200
"""Unpacked over packed bytes of one member. Reports pack to a tenth; zeros pack to a thousandth."""
_FORGIVEN: Final = 1024 * 1024
"""Bytes up to which the ratio does not matter: a short run of one character packs as well as a bomb."""
_PIECE: Final = 64 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
_OFFICE = re.compile(r"^(?:mimetype|\[Content_Types\]\.xml|META-INF/.*)$")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or what is left of an archive, that is not opened. ``sentence`` says why and what to do."""

    name: str
    sentence: str


@dataclass(slots=True)
class _Budget:
    members: int = MOST_MEMBERS
    total: int = LARGEST_TOTAL


class _Spent(Exception):
    """The whole archive is over a bound; nothing after it is opened."""


def documents_in(name: str, content: bytes) -> Iterator[Document | Refused]:
    """Each file in *content*: the members of a zip (and of zips in it, one level deep), or the file itself.

    Members come one at a time, so that at most two are unpacked at once. A member's name is its path in the archive
    after ``<archive>/``. Never raises: what cannot be opened is a Refused with its name and a sentence.
    """
    name = safe_name(name)
    if not content.startswith(_ZIP):
        yield _plain(name, content)
        return
    try:
        yield from _members(name, content, _Budget(), nested=False)
    except _Spent as spent:
        yield Refused(name, str(spent))


def safe_name(name: str) -> str:
    """*name* as a relative path without ``..``, drives, control characters or more than 200 characters."""
    cleaned = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", name[:2_000]).replace("\\", "/")
    cleaned = re.sub(r"^[A-Za-z]:", "", cleaned)
    kept = [part.strip() for part in PurePosixPath(cleaned).parts if part.strip(" ./")]
    return "/".join(kept)[-200:].lstrip("/") or "file"


def _plain(name: str, content: bytes) -> Document | Refused:
    if len(content) > LARGEST:
        return Refused(name, f"{name} is larger than {_mib(LARGEST)} MiB; no report of one machine is.")
    if not content.strip(b" \t\r\n\x00"):
        return Refused(name, f"{name} is empty.")
    return Document(name, content)


def _members(name: str, content: bytes, budget: _Budget, *, nested: bool) -> Iterator[Document | Refused]:
    try:
        archive = ZipFile(io.BytesIO(content))
        infos = [each for each in archive.infolist() if not each.is_dir() and not _LITTER.search(each.filename)]
    except (BadZipFile, LargeZipFile, ValueError, NotImplementedError, OSError, EOFError) as broken:
        yield Refused(name, f"{name} is a damaged zip file ({_clause(broken)}); pack it again.")
        return
    with archive:
        if any(_OFFICE.match(each.filename) for each in infos):
            yield Refused(name, f"{name} is an office document or a program, not a zip file of reports.")
            return
        if not infos:
            yield Refused(name, f"{name} is a zip file with nothing in it.")
            return
        budget.members -= len(infos)
        if budget.members < 0:
            raise _Spent(f"{name} holds more than {MOST_MEMBERS:,} files; split it.")
        for info in infos:
            inner = f"{name}/{safe_name(info.filename)}"
            unpacked = _unpacked(archive, info, inner, budget, len(content))
            if isinstance(unpacked, Refused):
                yield unpacked
            elif not unpacked.startswith(_ZIP):
                yield _plain(inner, unpacked)
            elif nested:
                yield Refused(inner, f"{inner} is a zip file in a zip file in a zip file; unpack it first.")
            else:
                yield from _members(inner, unpacked, budget, nested=True)


def _unpacked(archive: ZipFile, info: ZipInfo, name: str, budget: _Budget, packed_total: int) -> bytes | Refused:
    if info.flag_bits & 0x1:
        return Refused(name, f"{name} is protected by a password; pack it again without one.")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        # The other methods unpack a piece as a whole, however large it becomes.
        return Refused(name, f"{name} is packed by an unusual method; pack it again as an ordinary zip file.")
    pieces, size, packed = [], 0, max(min(info.compress_size, packed_total), 1)
    try:
        with archive.open(info) as member:
            # What the archive says of its sizes may be a lie, so the bytes themselves are counted.
            while piece := member.read(_PIECE):
                size += len(piece)
                budget.total -= len(piece)
                if budget.total < 0:
                    raise _Spent(f"{archive_of(name)} unpacks to more than {_mib(LARGEST_TOTAL)} MiB; split it.")
                if size > LARGEST:
                    return Refused(
                        name, f"{name} unpacks to more than {_mib(LARGEST)} MiB; no report of a machine does."
                    )
                if size > max(_FORGIVEN, HIGHEST_RATIO * packed):
                    return Refused(
                        name, f"{name} unpacks to {HIGHEST_RATIO} times its size or more, as no report does."
                    )
                pieces.append(piece)
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as broken:
        return Refused(name, f"{name} is damaged in the zip file ({_clause(broken)}).")
    return b"".join(pieces)


def archive_of(name: str) -> str:
    """First part of a member's name: the file that was brought."""
    return name.partition("/")[0]


def _clause(error: Exception) -> str:
    told = re.sub(r"[^\x20-\x7e]", "", str(error)).strip().rstrip(".")[:80]
    return told or type(error).__name__


def _mib(size: int) -> int:
    return size // (1024 * 1024)
