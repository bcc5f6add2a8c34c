"""A file from outside on its way to a reader: its bytes, and what they are as text, JSON, YAML or XML."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from xml.etree import ElementTree

import orjson
import yaml
from charset_normalizer import from_bytes

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one file; a machine's whole report is below a tenth of it."""
DEEPEST: Final = 200
"""Levels of nesting that are followed."""
_LARGEST_YAML: Final = 128 * 1024
"""Bytes; YAML is parsed at some 80 kB a second, and a report of one machine has 50 kB."""
_XML_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_XML_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")


@dataclass(frozen=True)
class Document:
    """One file. ``text``, ``data`` (JSON or YAML) and ``xml`` are None where the bytes are not that."""

    name: str
    content: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """Of the bytes as they came, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def text(self) -> str | None:
        """The bytes as text with LF line ends and without NUL; None for what is binary or too large."""
        if len(self.content) > LARGEST:
            return None
        if self.content.startswith((b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG")):
            return None
        try:
            told = self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            if self.content.startswith((b"\xff\xfe", b"\xfe\xff")):
                told = self.content.decode("utf-16", errors="replace")
            else:
                best = from_bytes(self.content[:65_536]).best()
                told = self.content.decode(best.encoding if best else "cp1252", errors="replace")
        return told.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    @cached_property
    def data(self) -> Any:
        """JSON, or YAML of plain values; None for anything else, and for what is nested too deeply."""
        text = self.text
        if text is None:
            return None
        try:
            return _shallow(orjson.loads(text))
        except (ValueError, RecursionError):
            pass
        if not self.name.lower().endswith((".yaml", ".yml")) or len(text) > _LARGEST_YAML:
            return None
        # An alias may stand for a whole tree, many times over: reports have none, so none is followed.
        if re.search(r"(?m)(?:^|[\s\[,:])[&*][A-Za-z0-9_]", text):
            return None
        try:
            return _shallow(yaml.safe_load(text))
        except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
            return None

    @cached_property
    def xml(self) -> ElementTree.Element | None:
        """The root element; None for what is not XML, and for what defines entities or names a document type.

        Characters that XML forbids, which tools copy from firmware, are left out first.
        """
        text = self.text
        if text is None or not text.lstrip().startswith("<"):
            return None
        if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
            return None
        mended = _XML_REFERENCE.sub(_reference, _XML_FORBIDDEN.sub("", text))
        mended = re.sub(r"^\s*<\?xml[^>]*\?>", "", mended)
        try:
            root = ElementTree.fromstring(mended)  # noqa: S314 - without a document type there are no entities
        except (ElementTree.ParseError, ValueError, RecursionError):
            return None
        return root if _depth(root) <= DEEPEST else None


def _reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    return "" if number > 0x10FFFF or _XML_FORBIDDEN.match(chr(number)) else match[0]


def _depth(root: ElementTree.Element) -> int:
    deepest, level = 0, [root]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [child for each in level for child in each]
    return deepest


def _shallow(data: Any) -> Any:
    """*data*, unless it is nested more deeply than is followed (ValueError)."""
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
    return data
