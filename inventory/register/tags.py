"""Tags: what a label carries. Ours bear a check character; foreign ones are kept as they are.

A tag of ours is ``PREFIX-BODY-C``. The thirty characters leave out 0 O, 1 I L and U (which is misread
as V); the check character is ISO/IEC 7064's hybrid scheme MOD N+1,N with N = 30 (31 is prime, so
every single wrong character and every swap of neighbours but one pair is found), from python-stdnum.
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from stdnum.iso7064 import mod_37_36

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
MAX_LENGTH: Final = 64
"""Longest tag kept, ours or foreign, in characters."""
_FIRST_LENGTH: Final = 4
_OURS = re.compile(rf"^([A-Z]{{1,4}})-?([{ALPHABET}]{{4,8}})-?([{ALPHABET}])$")
_ADDRESS = re.compile(r"^https?://[^/\s]+/+t/+([^/?#\s]+)/*(?:[?#].*)?$", re.IGNORECASE)
_ALLOWED = re.compile(r"^[\w .:/+#$%*@()&,'\[\]=!;-]{1,64}$")


def check_character(body: str) -> str:
    """The character that ends a tag with this *body* (of ALPHABET)."""
    return str(mod_37_36.calc_check_digit(body, alphabet=ALPHABET))


def issue(prefix: str, number: int) -> str:
    """The tag of the *number*-th machine (from 0): 810,000 with four characters, then five, and so on.

    Neighbours in number are far apart in letters, so that a slip of the pen is not the next machine.
    """
    length = _FIRST_LENGTH
    while number >= 30**length:
        number -= 30**length
        length += 1
    size = 30**length
    # The step has no factor in common with 30, so every number gives another body.
    scattered = (number * 337_639 + 48_611) % size
    body = ""
    for _ in range(length):
        scattered, digit = divmod(scattered, 30)
        body = ALPHABET[digit] + body
    return f"{prefix}-{body}-{check_character(body)}"


def is_ours(tag: str, prefix: str) -> bool:
    """Whether *tag* has the form of the tags we issue, check character included."""
    match = _OURS.match(tag)
    return bool(match and match[1] == prefix and check_character(match[2]) == match[3])


@lru_cache(maxsize=16_384)
def normalise(text: str) -> str:
    """The form in which tags are compared: without white space at the ends, upper case, one space."""
    return " ".join(text.split()).upper()


def from_scan(text: str) -> str:
    """What was scanned or typed, reduced to the tag or identifier in it: an address gives its last part."""
    text = text.strip()
    match = _ADDRESS.match(text)
    # Printed addresses carry what no small QR code has (a space, an underscore) percent-encoded.
    return normalise(unquote(match[1]) if match else text)


def readings(text: str, prefix: str) -> list[str]:
    """Every comparison form that *text* may stand for, the likeliest first (hyphens may be left out)."""
    plain = from_scan(text)
    found = [plain]
    squeezed = re.sub(r"[\s-]", "", plain)
    for candidate in (squeezed, prefix + squeezed):
        if match := _OURS.match(candidate):
            # The prefix is known, so the split between prefix and body is not a guess.
            body = candidate.removeprefix(prefix) if candidate.startswith(prefix) else match[2] + match[3]
            form = f"{prefix}-{body[:-1]}-{body[-1]}"
            if form not in found and is_ours(form, prefix):
                found.append(form)
    return found


def near_misses(text: str, prefix: str) -> list[str]:
    """Tags of ours one slip away from *text*: one character wrong, two swapped, one of a look-alike pair."""
    squeezed = re.sub(r"[\s-]", "", from_scan(text))
    body = squeezed.removeprefix(prefix)
    if not _FIRST_LENGTH + 1 <= len(body) <= 9:
        return []
    forms: set[str] = set()
    for place in range(len(body)):
        for letter in ALPHABET:
            forms.add(body[:place] + letter + body[place + 1 :])
        if place + 1 < len(body):
            forms.add(body[:place] + body[place + 1] + body[place] + body[place + 2 :])
    return sorted(tag for each in forms if is_ours(tag := f"{prefix}-{each[:-1]}-{each[-1]}", prefix))


def problem_with(tag: str) -> str | None:
    """Why *tag* cannot be kept as a tag, as the end of a sentence; None when it can."""
    if not tag.strip():
        return "is empty"
    if len(tag) > MAX_LENGTH:
        return f"has {len(tag)} characters; at most {MAX_LENGTH} are kept"
    if not _ALLOWED.match(tag):
        return "has a character that no label carries"
    return None
