"""What a request may say, checked the same on page, API and in a script."""

from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, post_dump, pre_load

from inventory.lifecycle.details import CODE, UID
from inventory.lifecycle.fields import Choice, Day, Whole, Words
from inventory.register.kinds import KINDS

MOST_WANTED: Final = 10_000
WANTABLE: Final = {key: kind.label for key, kind in KINDS.items() if key != "unknown"}
"""Kinds that somebody can ask for."""
ERASABLE: Final = ("contact", "note")
"""What may name people; it can be erased and stands in no history."""


class Kinds(fields.List[Any]):
    """Kinds of asset in the register's order, each once."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(Choice(WANTABLE), **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> list[Any]:
        found = set(super()._deserialize(value, attr, data, **kw))
        if not found:
            raise ValidationError("names no kind of machine")
        return [key for key in WANTABLE if key in found]


class Wanted(Schema):
    """What is asked for, by whom: a department (its code) or a partner (its id). ``asked_on``: by default today."""

    class Meta:
        unknown = RAISE

    department = Words(64, pattern=CODE)
    partner = Words(64, pattern=UID)
    kinds = Kinds(required=True)
    number = Whole(1, MOST_WANTED, required=True)
    least = Words(500)
    needed_by = Day()
    asked_on = Day()
    contact = Words(2000)
    note = Words(2000)

    @pre_load
    def _drop_blanks(self, data: Any, **kw: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError("is not a set of named details")
        return {name: value for name, value in data.items() if value is not None and value != ""}

    @post_dump
    def _drop_missing(self, data: dict[str, Any], **kw: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None}

    def consistent(self, data: dict[str, Any]) -> None:
        """Nothing here contradicts anything else; what depends on records is checked where they are read."""
