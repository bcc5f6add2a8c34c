"""What an importer is: a format's name, how it is recognised, what its headers mean, its rows' verdicts."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from inventory import discovery
from inventory.errors import ValidationRefused
from inventory.i18n import mark

from .mapping import ColumnMapping, propose_mapping
from .survey import Options, Survey, survey_table
from .tables import Table
from .validation import RowCheck, Verdict, validate_rows
from .words import normal


class Importer(ABC):
    """A format of file. A module of this package with one, named ``IMPORTER``, is all a new format needs.

    ``key`` names it in addresses and on the terminal; ``known``: its header names to target keys ("" to
    leave out); ``fuzzy``: whether headers that are merely alike are proposed; ``keeps``: headers without a
    target that go into the notes unless somebody says otherwise.
    """

    key: str
    label: str
    known: Mapping[str, str] = {}
    fuzzy: bool = True
    keeps: frozenset[str] = frozenset()

    @abstractmethod
    def detect(self, table: Table) -> float:
        """How surely *table* is of this format, 0 to 1."""

    def refuse(self, table: Table) -> str | None:
        """Why this file, though of this family, holds nothing to import: a sentence, or None."""
        return None

    def mapping(self, table: Table, given: Mapping[str, str] | None = None) -> ColumnMapping:
        """What the columns mean; *given* (header to target key) is what a person said, and wins.

        Raises ValidationRefused when the file is not one to import.
        """
        if why := self.refuse(table):
            raise ValidationRefused(why)
        return propose_mapping(table.headers, given=given, known=self.known, fuzzy=self.fuzzy)

    def kept(self, mapping: ColumnMapping) -> frozenset[str]:
        """The unmapped headers that this format keeps in the notes by itself."""
        return frozenset(header for header in mapping.unmapped if normal(header) in self.keeps)

    def row_check(self, table: Table) -> RowCheck | None:
        """The format's own look at each row's cells, or None."""
        return None

    def survey(self, table: Table, mapping: ColumnMapping, options: Options) -> Survey:
        """First reading: rows, questions, repeats."""
        return survey_table(table, mapping, options)

    def verdicts(
        self, table: Table, mapping: ColumnMapping, options: Options, survey: Survey | None = None
    ) -> Iterator[Verdict]:
        """The verdict on each row, after a survey. Raises ValidationRefused while a question is open."""
        survey = survey or self.survey(table, mapping, options)
        if survey.questions:
            question = survey.questions[0]
            raise ValidationRefused(question.sentence, field=question.field)
        check = self.row_check(table)
        return validate_rows(table.rows(), mapping, options, survey=survey, row_check=check)


def importers() -> dict[str, Importer]:
    """Every importer by its key."""
    return {each.key: each for each in discovery.find("inventory.importers", "IMPORTER").values()}


def importer(key: str) -> Importer:
    """The importer called *key*; raises ValidationRefused naming those there are."""
    found = importers()
    if key not in found:
        raise ValidationRefused(
            mark("There is no import format {key}; use one of: {keys}."),
            key=key,
            keys=", ".join(found),
        )
    return found[key]


def detect(table: Table) -> Importer:
    """The importer that recognises *table* most surely; the generic one takes what no other knows."""
    return max(importers().values(), key=lambda each: each.detect(table))


def share_of(table: Table, names: frozenset[str]) -> float:
    """Share of the table's headers that are among *names* (normal form), 0 to 1."""
    return sum(normal(header) in names for header in table.headers) / len(table.headers)
