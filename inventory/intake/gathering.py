"""What was brought, as reports: a zip opened, and the files of one machine in one folder put together as a bundle."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from inventory.reading.archives import Refused, documents_in
from inventory.reading.bundles import bundle
from inventory.reading.documents import LARGEST, Document

_SECTIONS: Final = {
    "dmidecode": "dmidecode",
    "baseboard": "dmidecode",
    "chassis": "dmidecode",
    "connector": "dmidecode",
    "system": "dmidecode",
    "lscpu": "lscpu",
    "net": "net",
    "lshw": "lshw-json",
    "smartctl": "smartctl-json",
    "battery": "battery",
}
"""Section of a bundle for a file of this name, whatever its ending."""
_UNREAD: Final = frozenset({"dimms", "lspci", "glxinfo", "dmesg", "gpu_location"})
"""Files of such a set that add nothing."""
_MARKS: Final = frozenset({"baseboard", "chassis", "lscpu", "connector"})
"""Two of these side by side make a folder a set about one machine."""
_MOST: Final = 40
"""Files of one set."""


def reports_in(name: str, content: bytes) -> Iterator[Document | Refused]:
    """Each report in *content*, one at a time: of a zip its members, where a set about one machine counts as one."""
    yield from gathered(documents_in(name, content))


def gathered(documents: Iterable[Document | Refused]) -> Iterator[Document | Refused]:
    """*documents*, those of a set put together as soon as the next folder begins."""
    folder: str | None = None
    waiting: list[Document | Refused] = []
    for each in documents:
        here = str(PurePosixPath(each.name).parent)
        if here != folder:
            yield from _settled(folder, waiting)
            folder, waiting = here, []
        if len(waiting) == _MOST:
            yield from _settled(here, waiting)
            waiting = []
        if _stem(each) in _SECTIONS or _stem(each) in _UNREAD:
            waiting.append(each)
        else:
            yield each
    yield from _settled(folder, waiting)


def _settled(folder: str | None, waiting: list[Document | Refused]) -> Iterator[Document | Refused]:
    files = [each for each in waiting if isinstance(each, Document)]
    if folder is None or len(_MARKS & {_stem(each) for each in waiting}) < 2:
        yield from waiting
        return
    parts = sorted((_SECTIONS[_stem(each)], each.name, each) for each in files if _stem(each) in _SECTIONS)
    if sum(len(each.content) for _, _, each in parts) > LARGEST:
        yield Refused(folder, f"The files in {folder} are larger together than {LARGEST // 2**20} MiB.")
        return
    tables = [each for section, _, each in parts if section == "dmidecode"]
    others = [(section, each) for section, _, each in parts if section != "dmidecode"]
    joined = Document(folder, "\n".join(each.text or "" for each in tables).encode("utf-8", "replace"))
    yield bundle(folder, [("dmidecode", joined), *others])


def _stem(each: Document | Refused) -> str:
    return PurePosixPath(each.name).stem.lower()
