"""What of an answer a statement may hold for ever."""

from dataclasses import replace

from inventory.reports._base import Report, report_type


def lasting(report: Report) -> Report:
    """The answer without rows in people's own words: what is frozen cannot be erased any more."""
    erasable = report_type(report.key).erasable
    if erasable is None:
        return report
    rows = tuple(row for row in report.rows if not erasable(row))
    words = "Reasons in people's own words are left out of what is published: they must stay erasable."
    return replace(report, rows=rows, notes=(*report.notes, words))
