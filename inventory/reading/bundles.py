"""A bundle: the outputs of several tools about one machine in one text, each under a heading of its own.

A heading is a line ``=== name``, as in ``=== dmidecode``. What stands before the first heading is not read.
"""

import re
from dataclasses import dataclass
from typing import Final

from inventory.reading.documents import Document

_HEADING = re.compile(r"^===[ \t]+([a-z][a-z0-9-]{1,30})[ \t]*$", re.MULTILINE)
MOST_SECTIONS: Final = 200
_SUFFIXES: Final = {"json": ".json", "xml": ".xml", "yaml": ".yaml"}


@dataclass(frozen=True, slots=True)
class Section:
    """``name`` as in the heading; the document has the tool's output, under the bundle's name and the section's."""

    name: str
    document: Document


def is_bundle(document: Document) -> bool:
    """Whether the text begins with a heading, after nothing but blank lines and comments."""
    head = (document.text or "")[:4_000]
    found = _HEADING.search(head)
    return found is not None and all(
        not line.strip() or line.startswith("#") for line in head[: found.start()].split("\n")
    )


def sections(document: Document) -> list[Section]:
    """The sections in their order, without those that are empty; the first 200."""
    text = document.text or ""
    headings = list(_HEADING.finditer(text))[: MOST_SECTIONS + 1]
    ends = [*(each.start() for each in headings[1:]), len(text)]
    found = []
    for heading, end in list(zip(headings, ends, strict=False))[:MOST_SECTIONS]:
        inside, name = text[heading.end() : end].strip("\n"), heading[1]
        if inside.strip():
            suffix = _SUFFIXES.get(name.rpartition("-")[2], "")
            found.append(Section(name, Document(f"{document.name}, {name}{suffix}", inside.encode("utf-8", "replace"))))
    return found


def bundle(name: str, parts: list[tuple[str, Document]]) -> Document:
    """One bundle of *parts*, each with the name of its section."""
    pieces = []
    for section, document in parts:
        inside = _HEADING.sub(lambda match: f" {match[0]}", document.text or "")
        pieces.append(f"=== {section}\n{inside.strip(chr(10))}\n")
    return Document(name, "".join(pieces).encode("utf-8", "replace"))
