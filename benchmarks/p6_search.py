"""P6: search for an identifier, a prefix, words and a slip, beside the raw index query with a bare page, and LIKE."""

from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks._result import Measured
from benchmarks._serve import interleaved, rate, seconds, served
from benchmarks._session import signed_in
from benchmarks.p5_list import asked

GOAL = 5


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """The list's search field; how long a page takes against the index alone plus a bare page."""
    serial = f"{size // 1000 - 1}xsn000321" if size > 1000 else "sn000321"
    wanted = {"exact": serial, "prefix": serial[:-2], "word": "precision tower", "slip": "presicion towr"}
    engine = create_engine(url)
    match = {"exact": serial, "prefix": serial[:-2], "word": "precision tower", "slip": "precision tower"}

    def raw(words: str) -> None:
        with engine.connect() as connection:
            if database == "sqlite":
                sql = "SELECT rowid FROM asset_search WHERE words MATCH :m LIMIT 50"
                asked_for = " ".join(f'"{word}"' for word in words.split()) + "*"
            else:
                sql = "SELECT asset_id FROM asset_search WHERE words @@ to_tsquery('simple', :m) LIMIT 50"
                asked_for = " & ".join(words.split()) + ":*"
            connection.execute(text(sql), {"m": asked_for}).all()

    def like(words: str) -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT id FROM asset WHERE lower(model) LIKE :m LIMIT 50"), {"m": f"%{words} no such%"}).all()

    results = []
    with served("wsgi:app", url, folder) as ours, served("benchmarks._bare:app", url, folder) as bare:
        signed_in(ours, url)
        for name, words in wanted.items():
            path = "/machines?q=" + words.replace(" ", "+")
            found = interleaved(
                {
                    "ours": lambda path=path: 1 / rate(lambda n: asked(ours, path), 10),  # type: ignore[misc]
                    "raw": lambda name=name: seconds(lambda: raw(match[name])),  # type: ignore[misc]
                    "bare": lambda: 1 / rate(lambda n: asked(bare, "/page"), 10),
                    "like": lambda name=name: seconds(lambda: like(match[name])),  # type: ignore[misc]
                },
                rounds,
            )
            limit = found["raw"] + found["bare"]
            ratio = found["ours"] / limit
            results.append(
                Measured(f"P6 search, {name}", database, size, f"{found['ours'] * 1000:.1f} ms",
                         f"index {found['raw'] * 1000:.1f} + page {found['bare'] * 1000:.1f} ms; LIKE alone {found['like'] * 1000:.1f} ms",
                         ratio, f"<= {GOAL} at 1M", ratio <= GOAL)
            )  # fmt: skip
    engine.dispose()
    return results
