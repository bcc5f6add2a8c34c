"""The columns that the list of machines can show."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Column:
    """A column of the list. ``sort``: its key in the order of the list, if it can be ordered by."""

    key: str
    label: str
    sort: str = ""
    mono: bool = False
    numeric: bool = False
    day: bool = False
    usual: bool = False


COLUMNS: Final = (
    Column("tag", "Tag", "tag", mono=True, usual=True),
    Column("status", "Status", usual=True),
    Column("what", "Kind", usual=True),
    Column("model", "Model", "model", usual=True),
    Column("serial", "Serial", mono=True, usual=True),
    Column("department", "Department", usual=True),
    Column("location", "Place", usual=True),
    Column("custodian", "Custodian"),
    Column("since", "In this status since", "status_since", day=True, usual=True),
    Column("purchase_date", "Bought", "purchase_date", day=True),
    Column("cost", "Price", numeric=True),
    Column("order_reference", "Order"),
    Column("grade", "Grade"),
    Column("seen", "Last seen", "last_seen", day=True),
    Column("registered", "On record since", "registered", day=True),
)
