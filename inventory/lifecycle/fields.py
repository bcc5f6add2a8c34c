"""Fields of event details: marshmallow fields that can also check one value quickly.

A batch of a hundred thousand lines cannot pay for marshmallow's error collection on each. Every field
here has ``quick(value)``: the stored form of a value that is certainly right, or ``Doubt``; on any doubt
the schema itself decides and words the refusal. A test proves that both ways agree.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields

from inventory.register.tags import ALPHABET

REQUEST_PREFIX: Final = "RQ-"
REQUEST_LENGTH: Final = 6
"""Characters behind the prefix of a request's name; none that is mistaken for another."""
_REQUEST = re.compile(rf"{REQUEST_PREFIX}[{ALPHABET}]{{{REQUEST_LENGTH}}}")
_MONEY = re.compile(r"^\d{1,10}(\.\d{1,2})?$")


class Doubt(Exception):
    """The quick check cannot tell; ask the schema."""


class Words(fields.String):
    """Text, trimmed. ``personal``: kept in the erasable side table, only its digest in the line."""

    def __init__(self, longest: int, *, personal: bool = False, pattern: str | None = None, **kw: Any) -> None:
        super().__init__(metadata={"personal": personal} | kw.pop("metadata", {}), **kw)
        self.longest = longest
        self.pattern = re.compile(pattern) if pattern else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        text = " ".join(str(super()._deserialize(value, attr, data, **kw)).split(" ")).strip()
        if not text:
            raise ValidationError("is empty")
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValidationError("has a character that cannot be stored")
        if len(text) > self.longest:
            raise ValidationError(f"has {len(text)} characters; at most {self.longest} are kept")
        if self.pattern and not self.pattern.match(text):
            raise ValidationError("does not have the form that is asked for")
        return text

    def quick(self, value: Any) -> str:
        if type(value) is not str or not value or len(value) > self.longest or not value.isprintable():
            raise Doubt
        if value != value.strip() or (self.pattern and not self.pattern.match(value)):
            raise Doubt
        return value


def names_a_request(text: object) -> bool:
    """Whether *text* has the form of the name of a request of this register, in capitals or not."""
    return isinstance(text, str) and _REQUEST.fullmatch(text.strip().upper()) is not None


class RequestName(Words):
    """What a reservation is for: the name of a request, kept in capitals, or a reference in words of one's own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        text = super()._deserialize(value, attr, data, **kw)
        return text.upper() if names_a_request(text) else text

    def quick(self, value: Any) -> str:
        text = super().quick(value)
        return text.upper() if names_a_request(text) else text


class Choice(fields.String):
    """One key of a fixed set. ``labels``: each key in words, in the order in which a form offers them."""

    def __init__(self, keys: Collection[str], **kw: Any) -> None:
        super().__init__(metadata={"enum": sorted(keys)} | kw.pop("metadata", {}), **kw)
        self.keys = frozenset(keys)
        named: Mapping[str, Any] = keys if isinstance(keys, Mapping) else dict.fromkeys(sorted(keys), "")
        self.labels = {
            key: str(getattr(words, "label", words)) or key.replace("_", " ").capitalize()
            for key, words in named.items()
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kw))
        if text not in self.keys:
            raise ValidationError(f"is {text[:40]!r}; choose one of {', '.join(sorted(self.keys))}")
        return text

    def quick(self, value: Any) -> str:
        if type(value) is not str or value not in self.keys:
            raise Doubt
        return value


class Day(fields.Date):
    """A calendar day, stored as ``YYYY-MM-DD``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Any:
        found = value if type(value) is date else super()._deserialize(value, attr, data, **kw)
        if not 1970 <= found.year <= 2100:
            raise ValidationError("is not between 1970 and 2100")
        return found

    def quick(self, value: Any) -> str:
        if type(value) is date:
            found = value
        elif type(value) is str and len(value) == 10:
            try:
                found = date.fromisoformat(value)
            except ValueError:
                raise Doubt from None
        else:
            raise Doubt
        if not 1970 <= found.year <= 2100:
            raise Doubt
        return found.isoformat()


class Whole(fields.Integer):
    """A whole number between two bounds, both allowed."""

    def __init__(self, least: int, most: int, **kw: Any) -> None:
        super().__init__(strict=True, **kw)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> int:
        if isinstance(value, bool):
            raise ValidationError("is not a whole number")
        number = int(super()._deserialize(value, attr, data, **kw))
        if not self.least <= number <= self.most:
            raise ValidationError(f"is not between {self.least} and {self.most}")
        return number

    def quick(self, value: Any) -> int:
        if type(value) is not int or not self.least <= value <= self.most:
            raise Doubt
        return value


class Flag(fields.Boolean):
    """Yes or no."""

    def quick(self, value: Any) -> bool:
        if type(value) is not bool:
            raise Doubt
        return value


class Money(fields.Field[Decimal]):
    """An amount with at most two decimals, stored as text so that every database keeps it exactly."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Decimal:
        try:
            amount = Decimal(str(value).strip())
        except InvalidOperation:
            raise ValidationError("is not an amount of money") from None
        if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 10:
            raise ValidationError("is not between 0 and 9,999,999,999.99")
        if amount != round(amount, 2):
            raise ValidationError("has more than two decimals")
        return amount

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kw: Any) -> str | None:
        return None if value is None else f"{value:.2f}"

    def quick(self, value: Any) -> str:
        if type(value) is not str or not _MONEY.match(value):
            raise Doubt
        return f"{Decimal(value):.2f}"


class Lines(fields.List[Any]):
    """A list of nested details, at most *most* of them."""

    def __init__(self, schema: type[Schema], most: int, **kw: Any) -> None:
        super().__init__(fields.Nested(schema), **kw)
        self.schema = schema
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> list[Any]:
        found = list(super()._deserialize(value, attr, data, **kw))
        if len(found) > self.most:
            raise ValidationError(f"has {len(found)} entries; at most {self.most} are kept")
        return found

    def quick(self, value: Any) -> list[dict[str, Any]]:
        if type(value) is not list or len(value) > self.most:
            raise Doubt
        check = quick_check(self.schema)
        return [check(each) for each in value]


_COMPILED: dict[type[Schema], Callable[[Mapping[str, Any]], dict[str, Any]]] = {}
_SCHEMAS: dict[type[Schema], Schema] = {}


def schema_of(kind: type[Schema]) -> Schema:
    """One shared instance of a schema; they hold no state between calls."""
    if kind not in _SCHEMAS:
        _SCHEMAS[kind] = kind(unknown=RAISE)
    return _SCHEMAS[kind]


def quick_check(kind: type[Schema]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function that gives the stored form of right details, or raises ``Doubt``."""
    if kind in _COMPILED:
        return _COMPILED[kind]
    shape = schema_of(kind)
    checks = {name: getattr(field, "quick", _doubtful) for name, field in shape.fields.items()}
    remembered = {name: _Remembered(each) for name, each in checks.items() if name not in _HARDLY_TWICE}
    required = tuple(name for name, field in shape.fields.items() if field.required)
    whole: Callable[[dict[str, Any]], None] | None = getattr(shape, "consistent", None)

    def check(value: Mapping[str, Any]) -> dict[str, Any]:
        if type(value) is not dict:
            raise Doubt
        found = {}
        for name, each in value.items():
            if each is None:
                continue
            if name in remembered and type(each) is str:
                found[name] = remembered[name][each]
            elif name in checks:
                found[name] = checks[name](each)
            else:
                raise Doubt
        for name in required:
            if name not in found:
                raise Doubt
        if whole is not None:
            try:
                whole(found)
            except ValidationError:
                raise Doubt from None
        return found

    _COMPILED[kind] = check
    return check


_HARDLY_TWICE: Final = frozenset({"tag", "value", "serial", "notes", "note", "custodian", "purchase_cost"})
"""Details of which hardly two lines say the same."""


class _Remembered(dict[str, Any]):
    """The stored form of texts seen before: a fleet has few models, departments and days."""

    _ROOM = 16_384

    def __init__(self, check: Callable[[Any], Any]) -> None:
        super().__init__()
        self.check = check

    def __missing__(self, value: str) -> Any:
        found = self.check(value)
        if len(self) >= self._ROOM:
            self.clear()
        self[value] = found
        return found


def _doubtful(value: Any) -> Any:
    raise Doubt
