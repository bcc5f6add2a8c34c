"""The shape of a set of factors: what is taken in is checked against it, value by value."""

import re
from collections.abc import Mapping
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from inventory.db import storable
from inventory.errors import ValidationRefused
from inventory.footprint.carbon import DISPLACEMENT
from inventory.footprint.factors import SUBJECTS
from inventory.register.kinds import KINDS
from inventory.register.model_keys import LONGEST

MOST_VALUES: Final = 50_000
_HIGHEST: Final = 1_000_000
_PUBLISHED = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{1,79}")
UNITS: Final = {
    "material_it": "kg CO2e/t",
    "waste_recycling": "kg CO2e/t",
    "waste_combustion": "kg CO2e/t",
    "waste_landfill": "kg CO2e/t",
    "electricity": "kg CO2e/kWh",
}
"""Conversion factors that figures rest on, each with the one unit in which it is taken."""


def _short(longest: int, pattern: re.Pattern[str] | None = None, *, needed: bool = True) -> fields.String:
    def check(value: str) -> None:
        if not storable(value) or len(value) > longest or (needed and not value.strip()):
            raise ValidationError(f"is empty, longer than {longest} characters, or holds what cannot be stored.")
        if pattern is not None and not pattern.fullmatch(value):
            raise ValidationError("has not the form that is asked for; see docs/carbon.md.")

    return fields.String(required=needed, validate=check)


def _amount(highest: float = _HIGHEST, *, needed: bool = True, above: bool = True) -> fields.Float:
    check = validate.Range(0, highest, min_inclusive=not above)
    return fields.Float(required=needed, allow_nan=False, allow_none=not needed, validate=check)


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _quartiles() -> fields.List[Any]:
    def ordered(value: list[float]) -> None:
        if len(value) != 3 or sorted(value) != value:
            raise ValidationError("is not lower quartile, median and upper quartile in their order.")

    return fields.List(_amount(), required=True, validate=ordered)


class ClassSchema(_Strict):
    """One kind of asset."""

    rows = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10**9))
    embodied_kg = _quartiles()
    mass_kg = _quartiles()
    yearly_kwh = _amount(needed=False)


class ModelSchema(_Strict):
    """One model."""

    mass_kg = _amount(needed=False)
    embodied_kg = _amount(needed=False)
    error = _amount(1, needed=False)


class ConversionSchema(_Strict):
    """One conversion factor."""

    value = _amount(above=False)
    unit = _short(40)
    label = _short(200, needed=False)
    year = fields.Integer(allow_none=True, strict=True, validate=validate.Range(1970, 2100))
    source = _short(500)
    seen = fields.String(required=True, validate=validate.OneOf(["official", "third party"]))


class BoundsSchema(_Strict):
    """One parameter of avoided emissions."""

    low = _amount(100)
    central = _amount(100)
    high = _amount(100)
    source = _short(500, needed=False)


_VALUES: Final[Mapping[str, tuple[type[Schema], re.Pattern[str]]]] = {
    "class_footprint": (ClassSchema, re.compile("|".join(KINDS))),
    "model_footprint": (ModelSchema, re.compile(rf"[a-z0-9]*\|[a-z0-9]{{1,{LONGEST}}}")),
    "conversion": (ConversionSchema, re.compile(r"[a-z][a-z0-9_]{0,59}")),
    "avoided": (BoundsSchema, re.compile(r"[a-z][a-z0-9_]{0,59}")),
}
_PARAMETERS: Final = frozenset(DISPLACEMENT.values()) | {"life_extension_years", "life_new_years"}


class FactorSetSchema(_Strict):
    """A whole set."""

    key = _short(80, _KEY)
    subject = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    title = _short(200)
    version = _short(200)
    source = _short(500)
    licence = _short(200)
    published = _short(10, _PUBLISHED)
    notice = _short(4_000, needed=False)
    values = fields.Dict(required=True)

    @validates_schema
    def _whole(self, data: Mapping[str, Any], **kw: Any) -> None:
        subject, values = str(data.get("subject")), data.get("values")
        if subject not in _VALUES or not isinstance(values, dict):
            return
        if not 1 <= len(values) <= MOST_VALUES:
            raise ValidationError(f"must hold one to {MOST_VALUES:,} values.", "values")
        schema, pattern = _VALUES[subject]
        shape = schema()
        for name, value in values.items():
            if not isinstance(name, str) or not pattern.fullmatch(name):
                raise ValidationError(f"{str(name)[:60]!r} is no name of a value of this subject.", "values")
            if problems := shape.validate(value if isinstance(value, dict) else {"": value}):
                raise ValidationError(f"{name}: {_first(problems)}", "values")
            if subject == "conversion" and value["unit"] != UNITS.get(name, value["unit"]):
                raise ValidationError(f"{name} is taken in {UNITS[name]}, not in {value['unit']}.", "values")
        if subject == "avoided" and (missing := _PARAMETERS - values.keys()):
            raise ValidationError(f"{', '.join(sorted(missing))} must be there too.", "values")


def check_set(content: Any) -> dict[str, Any]:
    """The set as it is stored, or a refusal that says what is wrong with it."""
    try:
        loaded: dict[str, Any] = FactorSetSchema().load(content if isinstance(content, dict) else {})
    except ValidationError as error:
        field = next(iter(error.messages_dict))
        words = f"The set of factors cannot be taken: {_first(error.messages)}"
        raise ValidationRefused(words, field=str(field)[:60]) from None
    shape = _VALUES[loaded["subject"]][0]()
    return loaded | {"values": {name: shape.load(value) for name, value in loaded["values"].items()}}


def _first(problems: Any) -> str:
    path = []
    while isinstance(problems, dict):
        name, problems = next(iter(problems.items()))
        path.append(str(name)[:60])
    words = str(problems[0] if isinstance(problems, list) else problems)
    return f"{' '.join(each for each in path if each != 'values')}: {words}".removeprefix(": ")
