"""Forms made from the details schema of an event: what they ask, what was typed, and back again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from marshmallow import Schema

from inventory.lifecycle.checking import problems
from inventory.lifecycle.fields import Choice, Day, Flag, Lines, Money, Whole, Words, schema_of
from inventory.register.naming import Named
from inventory.register.references import references_in
from inventory.web._words import HELP, bytes_of, capacity, label_of

PARTY_ROLES: Final = frozenset({"custodian", "partner", "facility", "lessor", "buyer"})
MOST_ROWS: Final = 64
LONG_TEXT: Final = 300
_MONO: Final = frozenset({"tag", "serial", "value", "uid", "into"})
Finder = Callable[[str, str | None, str], list[Named]]
"""(table, role, typed text) -> what it may name."""


@dataclass(frozen=True)
class Entry:
    """One control. ``name`` is its name in the form, ``detail`` the detail's; ``rows`` of a repeated group."""

    name: str
    detail: str
    label: str
    type: str
    required: bool = False
    help: str | None = None
    options: Sequence[tuple[str, str]] = ()
    mono: bool = False
    lookup: tuple[str, str] | None = None
    """(table, role) of a reference; role may be empty."""
    rows: Sequence[Sequence["Entry"]] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Reading:
    """What a posted form says: JSON details, problems by control name, and candidates where a name is not one."""

    details: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    candidates: dict[str, list[Named]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    """Dotted path in the details -> name of the control."""

    def blame(self, path: str | None, text: str) -> None:
        """Put *text* beside the control of the dotted *path*; under the form's own name if there is none."""
        path = path or ""
        while path and path not in self.paths:
            path = path.rpartition(".")[0]
        self.errors.setdefault(self.paths.get(path, "form"), text)


def lookup_of(name: str) -> tuple[str, str] | None:
    """(table, role) if the detail *name* refers to a department, place or party."""
    found = references_in({name: ""})
    if not found:
        return None
    return found[0][1], name if name in PARTY_ROLES else ""


def entries(
    schema: type[Schema],
    *,
    rows: Mapping[str, int] | None = None,
    leave_out: Iterable[str] = (),
    drives: Mapping[str, str] | None = None,
    opening: bool = False,
) -> list[Entry]:
    """Controls for *schema*: what must be said first, free text last.

    *rows*: how many groups a repeated detail shows. *drives*: names of the drives on record, by uid.
    *opening*: the line opens a record, so its tag may be left to the register.
    """
    shapes = schema_of(schema).fields
    names = [name for name in shapes if name not in set(leave_out) and not _own(shapes[name])]
    names.sort(key=lambda name: (name in ("note", "notes"), not shapes[name].required))
    found = []
    for name in names:
        entry = _entry(name, name, shapes[name], drives or {}, rows or {})
        if name == "tag" and opening:
            entry = replace(entry, required=False, help=HELP["tag"])
        found.append(entry)
    return found


def _own(shape: Any) -> bool:
    """Whether the register writes this detail itself, so that no form asks for it."""
    return bool(shape.metadata.get("own"))


def _entry(name: str, detail: str, shape: Any, drives: Mapping[str, str], rows: Mapping[str, int]) -> Entry:
    common = Entry(name, detail, label_of(detail), "text", bool(shape.required), mono=detail in _MONO)
    if detail != "tag":
        common = replace(common, help=HELP.get(detail))
    if isinstance(shape, Lines):
        inner = schema_of(shape.schema).fields
        groups = [
            [
                _entry(f"{name}-{number}-{each}", each, inner[each], drives, {})
                for each in inner
                if not _own(inner[each])
            ]
            for number in range(min(rows.get(detail, 1), MOST_ROWS))
        ]
        return replace(common, type="lines", rows=groups)
    if isinstance(shape, Choice):
        blank = () if shape.required else (("", "Not stated"),)
        first = (("", "Choose"),) if shape.required else blank
        return replace(common, type="select", options=[*first, *shape.labels.items()])
    if isinstance(shape, Flag):
        if detail == "used_before":
            return replace(common, type="select", options=[("", "Not stated"), ("1", "Yes"), ("0", "No")])
        return replace(common, type="checkbox")
    if isinstance(shape, Day):
        return replace(common, type="date")
    if detail == "uid" and name != detail and not shape.required:
        # Only a correction knows it, and must keep it: other lines speak of that drive.
        return replace(common, type="hidden")
    if detail == "uid" and drives:
        return replace(common, type="select", options=[("", "Choose"), *drives.items()])
    if detail.endswith("_bytes"):
        return replace(common, attrs={"inputmode": "text"})
    if isinstance(shape, Whole | Money):
        return replace(common, attrs={"inputmode": "decimal"})
    longest = shape.longest if isinstance(shape, Words) else 255
    if found := lookup_of(detail):
        return replace(common, lookup=found, attrs={"maxlength": "300", "autocomplete": "off"})
    kind = "textarea" if longest > LONG_TEXT else "text"
    return replace(common, type=kind, attrs={"maxlength": str(longest)})


def read(schema: type[Schema], form: Mapping[str, str], find: Finder, *, opening: bool = False) -> Reading:
    """What *form* says in the terms of *schema*, checked whole, so that every problem shows at once."""
    reading = Reading()
    for name, shape in schema_of(schema).fields.items():
        if isinstance(shape, Lines):
            _read_lines(name, shape, form, reading)
        else:
            reading.paths[name] = name
            value = _value(name, shape, form.get(name, ""), reading, find, name)
            if value is not None:
                reading.details[name] = value
    checked = dict(reading.details)
    if opening and "tag" in schema_of(schema).fields:
        checked.setdefault("tag", "?")
    for path, text in problems(schema, checked).items():
        reading.blame(path, f"{_named(path)} {text}")
    return reading


def _named(path: str) -> str:
    parts = [part for part in path.split(".") if part]
    words = label_of(parts[-1]) if parts else "This entry"
    number = next((int(part) + 1 for part in parts if part.isdigit()), None)
    return f"{words} ({label_of(parts[0]).lower()}, {number})" if number and len(parts) > 1 else words


def _read_lines(name: str, shape: Lines, form: Mapping[str, str], reading: Reading) -> None:
    inner = {each: field for each, field in schema_of(shape.schema).fields.items() if not _own(field)}
    found: list[dict[str, Any]] = []
    reading.paths[name] = f"{name}-0-{next(iter(inner))}"
    for number in range(MOST_ROWS):
        prefix = f"{name}-{number}-"
        texts = {each: form.get(prefix + each, "") for each in inner}
        # A group speaks only if somebody filled it in; the drive it is about was filled in for them.
        told = {each for each, text in texts.items() if text.strip() and not isinstance(inner[each], Flag)}
        if not told - {"uid"}:
            continue
        entry = {}
        for each, text in texts.items():
            reading.paths[f"{name}.{len(found)}.{each}"] = prefix + each
            value = _value(each, inner[each], text, reading, lambda *_: [], prefix + each)
            if value is not None:
                entry[each] = value
        found.append(entry)
    if found:
        reading.details[name] = found


def _value(name: str, shape: Any, text: str, reading: Reading, find: Finder, control: str) -> Any:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    if isinstance(shape, Flag):
        return text not in ("0", "false")
    if name.endswith("_bytes"):
        return bytes_of(text)
    if isinstance(shape, Whole):
        plain = text.replace(",", "").replace(" ", "")
        return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 20 else text
    if isinstance(shape, Money):
        return text.replace(",", "").lstrip("£$€ ")
    if lookup := lookup_of(name):
        return _reference(lookup, text[:300], reading, find, control)
    return text


def _reference(lookup: tuple[str, str], text: str, reading: Reading, find: Finder, control: str) -> str | None:
    table, role = lookup
    found = find(table, role or None, text)
    if len(found) == 1:
        return found[0].code
    word = {"party": role or "person or organisation", "location": "place"}.get(table, table)
    if found:
        shown = ", ".join(each.choice for each in found[:5])
        reading.errors[control] = f"More than one {word} answers to “{text}”. Choose one: {shown}."
        reading.candidates[control] = found
    else:
        reading.errors[control] = f"There is no {word} “{text}” on record. Check the spelling, or add it in Settings."
    return None


def filled(schema: type[Schema], details: Mapping[str, Any], names: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """*details* as the texts that a form shows; references by name and code."""
    shown: dict[str, str] = {}
    for name, shape in schema_of(schema).fields.items():
        if name not in details:
            continue
        if isinstance(shape, Lines):
            for number, entry in enumerate(details[name]):
                for each, value in entry.items():
                    shown[f"{name}-{number}-{each}"] = _shown(each, value, names)
        else:
            shown[name] = _shown(name, details[name], names)
    return shown


def _shown(name: str, value: Any, names: Mapping[tuple[str, str], str]) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if (lookup := lookup_of(name)) and (label := names.get((lookup[0], str(value)))):
        return Named(str(value), label).choice
    if name.endswith("_bytes") and isinstance(value, int):
        # Only a form that reads back as the same number may round.
        return capacity(value) if bytes_of(capacity(value)) == value else str(value)
    return str(value)
