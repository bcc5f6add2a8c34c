"""The search text of assets: full-text index of the database, and a word list that forgives slips."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import Integer, column, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory.register.identifiers import comparison_form
from inventory.register.models import SearchWord

_WORD: Final = re.compile(r"[^\W_]+")
_seen_words: dict[str, set[str]] = {}


def words_of(text_: str) -> list[str]:
    """Words in comparison form: lower case, letters and digits."""
    found: list[str] = _WORD.findall(text_.lower())
    return found if len(text_) <= 64 else [word[:64] for word in found]


def write_search(session: Session, documents: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
    """Replace the search text of assets; a document is (tag, manufacturer, model, notes, identifiers)."""
    if not documents:
        return
    rows = []
    vocabulary: set[str] = set()
    seen: set[str] = set()
    for number, (tag, manufacturer, model, notes, identifiers) in documents:
        named = f"{manufacturer or ''} {model or ''}"
        if named not in seen:
            seen.add(named)
            vocabulary.update(words_of(named))
        values = " ".join(f"{value} {comparison_form(kind, value)}" for kind, value in identifiers)
        # Split into words here, so that both databases index the same ones.
        rows.append((number, " ".join(words_of(f"{tag} {named} {values} {notes or ''}"))))
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT OR REPLACE INTO asset_search (rowid, words) VALUES (?, ?)", rows)
    else:
        connection.execute(
            text(
                "INSERT INTO asset_search (asset_id, words) "
                "SELECT number, to_tsvector('simple', words) "
                "FROM unnest(CAST(:numbers AS bigint[]), CAST(:texts AS text[])) AS each (number, words) "
                "ON CONFLICT (asset_id) DO UPDATE SET words = excluded.words"
            ),
            {"numbers": [number for number, _ in rows], "texts": [words for _, words in rows]},
        )
    _learn(session, vocabulary)


def _learn(session: Session, vocabulary: Iterable[str]) -> None:
    database = str(session.get_bind().engine.url)
    known = _seen_words.setdefault(database, set())
    fresh = sorted(word for word in vocabulary if word not in known and len(word) > 2)
    if not fresh:
        return
    upsert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(fresh), 500):
        rows = [{"word": word} for word in fresh[start : start + 500]]
        session.execute(upsert(SearchWord).values(rows).on_conflict_do_nothing())
    known.update(fresh)


def forget_words() -> None:
    """Empty the memory of words known to be stored (a database was made anew under the same address)."""
    _seen_words.clear()


@event.listens_for(Session, "after_rollback")
def _unlearn(session: Session) -> None:
    forget_words()


def search_numbers(session: Session, query: str) -> Any:
    """A select of the assets that hold every word of *query* (the last as a prefix); None when it has no words."""
    words = words_of(query)[:12]
    if not words:
        return None
    if session.get_bind().dialect.name == "sqlite":
        match = " ".join(f'"{word}"' for word in words) + "*"
        found = text("SELECT rowid AS number FROM asset_search WHERE words MATCH :match")
    else:
        match = " & ".join([*words[:-1], words[-1] + ":*"])
        found = text("SELECT asset_id AS number FROM asset_search WHERE words @@ to_tsquery('simple', :match)")
    numbers = found.bindparams(match=match).columns(column("number", Integer)).subquery()
    return select(numbers.c.number)


def forgiving(session: Session, query: str) -> str | None:
    """*query* with misspelt words of makers and models mended; None when nothing is near."""
    words = words_of(query)[:12]
    known = list(session.scalars(select(SearchWord.word).limit(200_000)))
    mended = []
    for word in words:
        if len(word) < 4 or word.isdigit():
            mended.append(word)
            continue
        near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=75)
        mended.append(near[0] if near else word)
    return " ".join(mended) if mended != words else None


def clear_search(session: Session) -> None:
    """Empty the index, before a rebuild."""
    session.execute(text("DELETE FROM asset_search"))
    _seen_words.pop(str(session.get_bind().engine.url), None)
