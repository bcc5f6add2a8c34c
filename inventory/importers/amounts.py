"""Money and mass as people write them; what a cell leaves open is learnt from its column, or asked."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from .values import SEPARATOR, Column, Parsed

GRAMS: Final[Mapping[str, Decimal]] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    # International Yard and Pound Agreement, 1959: exactly 0.45359237 kg, sixteen ounces.
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
"""Grams in one unit of mass."""
_UNITS: Final = {
    "gram": "g",
    "grams": "g",
    "gr": "g",
    "kgs": "kg",
    "kilo": "kg",
    "kilos": "kg",
    "kilogram": "kg",
    "kilograms": "kg",
    "lbs": "lb",
    "pound": "lb",
    "pounds": "lb",
    "ounce": "oz",
    "ounces": "oz",
} | {unit: unit for unit in GRAMS}
_MASS = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-zA-Z]*)\.?")
MAX_GRAMS: Final = 2_000_000
"""Largest mass taken as plausible for one machine, in grams."""


def mass_unit(word: str) -> str | None:
    """g, kg, lb or oz for a word that means it."""
    return _UNITS.get(word.lower())


class MassColumn(Column):
    """Masses in grams. A number without a unit needs the column's unit, which is asked for."""

    def __init__(self, unit: str | None) -> None:
        super().__init__(self._parse_mass, blank_words=True)
        self._unit = unit
        self._bare: str | None = None

    def survey(self, cells: Sequence[str]) -> None:
        if self._unit is None and self._bare is None:
            found = (_MASS.fullmatch(cell.strip()) for cell in set(cells))
            self._bare = next((match[0] for match in found if match and not match[2]), None)

    def question(self) -> str | None:
        if self._bare is None:
            return None
        return mark("Masses such as “{value}” bear no unit. Say whether they are g, kg or lb.").format(value=self._bare)

    def _parse_mass(self, text: str) -> int:
        match = _MASS.fullmatch(text)
        unit = mass_unit(match[2]) if match and match[2] else self._unit
        if not match or (match[2] and not unit):
            raise ValidationRefused(mark("is not a mass; write for example 2.1 kg"))
        if unit is None:
            raise ValidationRefused(mark("bears no unit; say whether the column is in g, kg or lb"))
        number = match[1]
        if re.fullmatch(r"\d{1,3}[.,]\d{3}", number) and unit == "g":
            number = number.replace(",", "").replace(".", "")  # no scale weighs a machine to the milligram
        grams = Decimal(number.replace(",", ".")) * GRAMS[unit]
        if not 0 < grams <= MAX_GRAMS:
            raise ValidationRefused(mark("is not the mass of one machine in {unit}"), unit=unit)
        return int(grams.to_integral_value())


class Money(NamedTuple):
    """An amount with two decimals, and the currency where the cell names it."""

    amount: Decimal
    currency: str | None


_SIGNS: Final = {"£": "GBP", "€": "EUR", "US$": "USD", "$": None, "¥": None, "CHF": "CHF"}
_MONEY = re.compile(
    r"(?P<before>[A-Za-z]{3}|US\$|[£€$¥])?\s*(?P<sign>-?)(?P<number>[\d.,'’\s]*\d(?:\.-)?)"
    r"\s*(?P<after>[A-Za-z]{3}|US\$|[£€$¥])?"
)
MAX_AMOUNT: Final = Decimal("9999999999.99")
"""Largest amount the register holds."""


def _decimal_mark(number: str) -> str | None:
    """The decimal mark that the number's own shape shows: "." or ","; None when it shows none."""
    marks = [each for each in number if each in ".,"]
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) == 1 and len(number) - number.index(marks[0]) - 1 != 3:
        return marks[0]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    return None


# The plain form of most exports, a whole batch in one look: nothing in it is open to doubt.
_SIMPLE = re.compile(rf"(?:(?:[0-9]{{1,9}}\.[0-9][0-9])?{SEPARATOR})*(?:[0-9]{{1,9}}\.[0-9][0-9])?")


class MoneyColumn(Column):
    """Amounts. Whether “1.234” is a thousand or one is settled by the column's other cells, or asked."""

    def __init__(self, mark_given: str | None) -> None:
        super().__init__(self._parse_money, blank_words=True)
        self._mark = mark_given
        self._given = mark_given is not None
        self._shown: set[str] = set()
        self._open: str | None = None

    def survey(self, cells: Sequence[str]) -> None:
        if _SIMPLE.fullmatch(SEPARATOR.join(cells)):
            if any(cells):
                self._shown.add(".")
            cells = ()
        for cell in set(cells):
            match = _MONEY.fullmatch(cell.strip())
            if match and (shown := _decimal_mark(match["number"])):
                self._shown.add(shown)
            elif match and self._open is None and re.search(r"[.,]\d{3}$", match["number"]):
                self._open = match["number"]
        if not self._given and len(self._shown) == 1:
            (self._mark,) = self._shown

    def question(self) -> str | None:
        if self._given or self._open is None or len(self._shown) == 1:
            return None
        return mark(
            "“{value}” may be a thousand or a fraction. Say whether the decimal mark is a point or a comma."
        ).format(value=self._open)

    def __call__(self, cells: Sequence[str]) -> Parsed:
        if _SIMPLE.fullmatch(SEPARATOR.join(cells)):
            return [Money(Decimal(cell), None) if cell else None for cell in cells], ()
        return super().__call__(cells)

    def _parse_money(self, text: str) -> Money:
        match = _MONEY.fullmatch(text)
        if not match or (match["before"] and match["after"]):
            raise ValidationRefused(mark("is not an amount of money; write for example 1234.50"))
        number = re.sub(r"['’\s]", "", match["number"].removesuffix(".-"))
        decimal_mark = _decimal_mark(number) or self._mark
        if decimal_mark is None and re.search(r"[.,]", number):
            raise ValidationRefused(mark("may be a thousand or a fraction; say what the decimal mark is"))
        thousands = "," if decimal_mark == "." else "."
        whole, _, fraction = number.partition(decimal_mark) if decimal_mark else (number, "", "")
        grouped = thousands in whole and not re.fullmatch(rf"\d{{1,3}}({re.escape(thousands)}\d{{3}})+", whole)
        if grouped or len(fraction.rstrip("0")) > 2:
            raise ValidationRefused(mark("is not an amount with at most two decimals"))
        try:
            amount = Decimal(f"{match['sign']}{whole.replace(thousands, '')}.{fraction[:2] or '0'}")
        except InvalidOperation:
            raise ValidationRefused(mark("is not an amount of money; write for example 1234.50")) from None
        if not 0 <= amount <= MAX_AMOUNT:
            raise ValidationRefused(mark("is not what one machine can cost"))
        sign = match["before"] or match["after"]
        return Money(amount.quantize(Decimal("0.01")), _SIGNS.get(sign, sign.upper()) if sign else None)


def parse_currency(text: str) -> str:
    """An ISO 4217 code of three letters, or a sign that stands for one."""
    code = _SIGNS.get(text.upper(), text.upper())
    if code is None:
        raise ValidationRefused(mark("stands for more than one currency; write its three letters"))
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValidationRefused(mark("is not a currency code of three letters"))
    return code
