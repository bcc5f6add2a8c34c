"""What a person is asked about a report, and what may be answered: one table, no database. Pure."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Answer:
    """A way to answer. ``permission`` is what it takes beside the one to bring reports, if anything."""

    key: str
    verb: str
    permission: str = "record"
    leads: bool = False
    """Whether it is the answer that most people give, and harms nobody when it was wrong."""


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of question. ``title`` may hold fields of the asked item, as in ``{field}``."""

    key: str
    title: str
    answers: tuple[Answer, ...]
    whole: bool = False
    """Whether nothing of the report is recorded before it is answered: the machine itself is not known."""


IT_IS: Final = Answer("it_is", "It is this machine")
REGISTER: Final = Answer("register", "Register it as new, returned to the hub", leads=True)
MERGE: Final = Answer("merge", "They are one machine: merge the records", "correct")
SET_ASIDE: Final = Answer("set_aside", "Set the report aside")
TAKE: Final = Answer("take", "Take what the report says", "correct", leads=True)
KEEP: Final = Answer("keep", "Keep what is on record")
TAKEN_OUT: Final = Answer("taken_out", "It was taken out")
STILL_IN: Final = Answer("still_in", "It is still in there")
FITTED: Final = Answer("fitted", "It is in this machine now")
NOT_HERE: Final = Answer("leave", "Leave the record as it is")
AGAIN: Final = Answer("again", "Try again", leads=True)
LEAVING: Final = frozenset({KEEP.key, STILL_IN.key, NOT_HERE.key})
"""Answers that leave the record as it is: the same is not asked of the machine again."""

_ROWS = (
    Question("new_machine", "No machine on record answers to this report", (REGISTER, IT_IS, SET_ASIDE), whole=True),
    Question("nameless", "The report does not say which machine it is about", (IT_IS, REGISTER, SET_ASIDE), whole=True),
    Question("which_machine", "Which machine is it?", (IT_IS, REGISTER, MERGE, SET_ASIDE), whole=True),
    Question("drive_of_which", "Which machine is this drive in?", (IT_IS, SET_ASIDE), whole=True),
    Question("fact_differs", "{label}: the report and the record differ", (TAKE, KEEP)),
    Question("drive_absent", "A drive on record is not in the report", (TAKEN_OUT, STILL_IN)),
    Question("drive_elsewhere", "A drive of another record is in this machine", (FITTED, NOT_HERE)),
    Question("not_recorded", "Part of the report could not be recorded", (AGAIN, NOT_HERE)),
)

QUESTIONS: Final = {row.key: row for row in _ROWS}


def item(kind: str, report: str, record: str, why: str, **more: Any) -> dict[str, Any]:
    """One asked item, as it is kept: both sides in words, why it is asked, and what an answer needs to know.

    Its ``id`` says what it is about, so that the same is known when it comes up again.
    """
    about = [str(more[name]) for name in ("field", "value", "uid", "number") if name in more]
    return {"id": ":".join([kind, *about]), "kind": kind, "report": report, "record": record, "why": why} | more


def title_of(asked: dict[str, Any]) -> str:
    """The title of an asked item in words."""
    return QUESTIONS[asked["kind"]].title.format(label=asked.get("label", ""))


def answers_to(asked: dict[str, Any]) -> tuple[Answer, ...]:
    """What may be answered: merging takes two records."""
    found = QUESTIONS[asked["kind"]].answers
    return tuple(each for each in found if each is not MERGE or len(asked.get("candidates", ())) == 2)


def alike(asked: dict[str, Any]) -> str | None:
    """What reports have in common that may be given one answer together; None where each needs a look of its own."""
    if asked["kind"] == "fact_differs":
        return f"{asked['id']} {asked['record']}"
    return str(asked["kind"]) if asked["kind"] in ("new_machine", "nameless") else None
