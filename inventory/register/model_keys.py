"""The form in which the names of one model compare equal, however a maker or a supplier wrote them. Pure."""

import re
from functools import lru_cache
from typing import Final

LONGEST: Final = 160
_WORD: Final = re.compile(r"[a-z0-9]+")
_COMPANY: Final = frozenset(
    {"inc", "incorporated", "ltd", "limited", "corp", "corporation", "co", "company", "gmbh", "llc", "plc"}
)
_ALSO: Final = {"hewlett packard": "hp", "hewlettpackard": "hp", "hpe": "hp"}


@lru_cache(maxsize=16_384)
def model_key(manufacturer: str | None, model: str | None) -> str | None:
    """``dell|optiplex7060`` for ("Dell Inc.", "Dell OptiPlex 7060"); None where the model is not known.

    Case, spaces, signs and a company's legal form do not matter; a maker's name before the model is dropped.
    """
    words = _WORD.findall((model or "").casefold())
    if not words:
        return None
    maker = [word for word in _WORD.findall((manufacturer or "").casefold()) if word not in _COMPANY]
    known = _ALSO.get(" ".join(maker), "".join(maker))
    for named in (maker, [known]):
        if named and words[: len(named)] == named and len(words) > len(named):
            words = words[len(named) :]
            break
    return f"{known}|{''.join(words)}"[:LONGEST]
