"""Importer for Snipe-IT: its sample file, its asset export and its custom asset report."""

from inventory.i18n import mark

from ._base import Importer, share_of
from .tables import Table
from .words import normal

_KNOWN = {
    "Asset Tag": "tag",
    "Serial": "serial",
    "Category": "kind",
    "Manufacturer": "manufacturer",
    "Model": "model",
    "Status": "status",
    "Location": "location",
    "Department": "department",
    "Order Number": "order_reference",
    "Purchase Date": "purchase_date",
    "Purchased": "purchase_date",
    "Purchase Cost": "purchase_cost",
    "Cost": "purchase_cost",
    "Currency": "currency",
    "Warranty Expires": "warranty_end",
    "Asset Notes": "notes",
    "Notes": "notes",
    "Checked Out To: First Name": "custodian",
    "Checked Out To: Last Name": "custodian",
    "Checked Out To": "custodian",
    "Checked Out": "custodian",
    "ID": "source_id",
    # Not what the machine is or where it stands: pictures, links, counters and who pressed which button.
    "Image": "",
    "URL": "",
    "Requestable": "",
    "Checkouts": "",
    "Checkins": "",
    "Requests": "",
    "Created By": "",
    "Change": "",
    "Diff": "",
}
_KEPT = (
    "Name",
    "Asset Name",
    "Company",
    "Supplier",
    "Model Number",
    "Model No.",
    "Model Notes",
    "Default Location",
    "Checkout Type",
    "Checked Out To: Location",
    "Asset EOL Date",
    "EOL",
    "EOL Date",
    "EOL Rate",
    "Warranty",
    "Current Value",
    "Checkout Date",
    "Last Checkin",
    "Last Checkin Date",
    "Expected Checkin",
    "Expected Checkin Date",
    "Last Audit",
    "Next Audit",
    "Next Audit Date",
    "Created At",
    "Created",
    "Updated At",
    "Deleted",
    "BYOD",
    "Byod",
    "Address",
)
_PEOPLE = (
    "Checked Out To: Username",
    "Checked Out To: Email",
    "Username",
    "Employee No.",
    "Manager",
    "Title",
    "Type",
)
_NAMES = frozenset(map(normal, (*_KNOWN, *_KEPT, *_PEOPLE)))
_USERS = frozenset(map(normal, ("First Name", "Last Name", "Email", "Username", "Activated", "Employee Number")))
_MODELS = frozenset(map(normal, ("Fieldset", "Requestable", "EOL", "Min Qty", "Model Number")))


class SnipeIt(Importer):
    """Assets of Snipe-IT. The names and addresses of people beyond the custodian's name stay outside."""

    key = "snipe-it"
    label = "Snipe-IT: assets, sample file or export"
    known = _KNOWN
    fuzzy = False
    keeps = frozenset(map(normal, _KEPT))

    def detect(self, table: Table) -> float:
        """By its own header names; lists of people and of models are recognised, to be refused in words."""
        if self.refuse(table):
            return 0.9
        names = {normal(header) for header in table.headers}
        if "asset tag" not in names or not names & {
            "checked out to username",
            "checked out",
            "checked out to",
            "model no",
            "asset eol date",
            "asset name",
        }:
            return 0.0
        return min(0.95, 0.3 + share_of(table, _NAMES) * 0.65)

    def refuse(self, table: Table) -> str | None:
        """The family's files without machines: users and models."""
        names = {normal(header) for header in table.headers}
        if "asset tag" in names:
            return None
        if len(names & _USERS) >= 5:
            return mark(
                "This is Snipe-IT's list of users: people, not machines. Custodians come in with the assets "
                "they hold, so export the assets instead and import that file."
            )
        if len(names & _MODELS) >= 4 and "serial" not in names:
            return mark(
                "This is Snipe-IT's list of models: descriptions, not machines. Each asset brings its own "
                "model, "
                "so export the assets instead and import that file."
            )
        return None


IMPORTER = SnipeIt()
