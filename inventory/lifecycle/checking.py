"""Checks details against their schema: quickly where they are plainly right, in words where not."""

from typing import Any, Final

from marshmallow import Schema, ValidationError

from inventory.errors import ValidationRefused
from inventory.lifecycle.fields import Doubt, quick_check, schema_of

WORDS: Final = {
    "Missing data for required field.": "is needed",
    "Unknown field.": "is not a detail of this event",
    "Not a valid string.": "is not text",
    "Not a valid integer.": "is not a whole number",
    "Not a valid boolean.": "is neither yes nor no",
    "Not a valid date.": "is not a date of the form 2026-11-23",
    "Not a valid list.": "is not a list",
    "Field may not be null.": "is empty",
    "Invalid input type.": "is not a set of named details",
}
"""What marshmallow says, as the end of a sentence that begins with the field's name."""


def check(schema: type[Schema], data: Any, *, what: str) -> dict[str, Any]:
    """The stored form of *data* (JSON values only), or a refusal that names the field.

    *what* is the event's label, for the sentence.
    """
    try:
        return quick_check(schema)(data)
    except Doubt:
        pass
    shape = schema_of(schema)
    try:
        stored: dict[str, Any] = shape.dump(shape.load(data))
    except ValidationError as error:
        field, problem = _first(error.messages)
        words = f"{field.replace('_', ' ')} {problem}" if field else f"the details: {problem}"
        raise ValidationRefused(f"{what}: {words}.", field=field) from None
    return stored


def problems(schema: type[Schema], data: Any) -> dict[str, str]:
    """Every problem of *data*, by the dotted path of its field; empty when it is right. For forms."""
    found: dict[str, str] = {}

    def walk(path: list[str], messages: Any) -> None:
        if isinstance(messages, dict):
            for key, inner in messages.items():
                walk(path if key == "_schema" else [*path, str(key)], inner)
        else:
            found.setdefault(".".join(path), _first(messages)[1])

    walk([], schema_of(schema).validate(data))
    return found


def _first(messages: Any) -> tuple[str | None, str]:
    """The first field and problem of marshmallow's nested messages."""
    path: list[str] = []
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        if key != "_schema":
            path.append(str(key))
    problem = str(messages[0] if isinstance(messages, list) and messages else messages)
    return (".".join(path) or None), WORDS.get(problem, problem.rstrip("."))
