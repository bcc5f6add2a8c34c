"""Shapes of the details of each event: what a line must and may say."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, post_dump, pre_load, validates_schema

from inventory.lifecycle.bench import (
    LOCK_STATES,
    LOCKS,
    NO_DRIVE_SEEN,
    PAT_CLASSES,
    PLAIN_OF_COSMETIC,
    PLAIN_OF_FUNCTIONAL,
    R2_COSMETIC,
    R2_FUNCTIONAL,
    RESULTS,
    TESTS,
)
from inventory.lifecycle.fields import Choice, Day, Flag, Lines, Money, RequestName, Whole, Words
from inventory.register.identifiers import IDENTIFIER_TYPES
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES

CODE = r"^[^\x00-\x1f]{1,64}$"
UID = r"^[A-Za-z0-9_.:-]{1,64}$"
MEASURED = r"^[<>]?\d{1,5}(\.\d{1,3})?$"
OF_ONE = {"of_one": True}
"""Marks a detail that is found out machine by machine, so that no mode of scanning sets it for many."""
PASS_FAIL = {"passed": "Passed", "failed": "Failed"}
MEDIA = {"hdd": "Hard disk", "ssd": "SATA SSD", "nvme": "NVMe SSD", "emmc": "eMMC", "other": "Other"}
METHODS = {"clear": "Clear", "purge": "Purge", "destroy": "Destroy"}
"""Levels of NIST SP 800-88."""
VERIFICATIONS = {
    "none": "Not verified",
    "status": "By the tool's completion status",
    "sample": "By reading back a part",
    "full": "By reading back everything",
}
"""How somebody made sure that the technique did what it should. By SP 800-88 Rev. 2 the status is enough unless policy
asks for more."""
FUNCTIONAL = {"working": "Fully working", "faulty": "Works with faults", "dead": "Does not work"}
COSMETIC = {"A": "As new", "B": "Light marks", "C": "Heavy marks", "D": "Damaged"}
ROUTES = {
    "redeploy": "Redeploy inside",
    "donate": "Donate",
    "sell": "Sell",
    "recycle": "Recycle",
}
FATES = {
    "prepared_for_reuse": "Prepared for re-use",
    "recycled": "Recycled",
    "energy_recovered": "Energy recovered",
    "incinerated": "Incinerated without energy recovery",
    "landfilled": "Landfilled",
    "disposed": "Incinerated or landfilled",
}
PAST_OUTCOMES = {
    "redeployed": "Redeployed inside",
    "donated": "Donated to a partner",
    "sold": "Sold",
    "prepared_for_reuse": "Prepared for re-use by a contractor",
    "recycled": "Recycled",
    "energy_recovered": "Energy recovered",
    "incinerated": "Incinerated without energy recovery",
    "landfilled": "Landfilled",
    "disposed": "Incinerated or landfilled",
}


class Details(Schema):
    """Base of all details. ``note`` is free text and lies in the erasable side table."""

    class Meta:
        unknown = RAISE

    note = Words(2000, personal=True)

    @pre_load
    def _drop_blanks(self, data: Any, **kw: Any) -> Any:
        # A form sends every field; an empty one says nothing, and nothing is not a value.
        if not isinstance(data, dict):
            raise ValidationError("is not a set of named details")
        return {key: value for key, value in data.items() if value is not None and value != ""}

    @post_dump
    def _drop_missing(self, data: dict[str, Any], **kw: Any) -> dict[str, Any]:
        return {key: value for key, value in data.items() if value is not None}

    @validates_schema
    def _whole(self, data: dict[str, Any], **kw: Any) -> None:
        self.consistent(data)

    def consistent(self, data: dict[str, Any]) -> None:
        """Refuse details that contradict each other; overridden where fields depend on others."""


class IdentifierDetails(Schema):
    type = Choice(IDENTIFIER_TYPES, required=True)
    value = Words(128, required=True)


class DriveDetails(Schema):
    """A drive as it was found: ``uid`` only when it is one already on record."""

    uid = Words(64, pattern=UID)
    serial = Words(128)
    manufacturer = Words(255)
    model = Words(255)
    medium = Choice(MEDIA)
    capacity_bytes = Whole(1, 10**16)


class Facts(Details):
    """What is known of an asset. A field that is not there is not known."""

    kind = Choice(KINDS)
    manufacturer = Words(255)
    model = Words(255)
    department = Words(64, pattern=CODE)
    location = Words(64, pattern=CODE)
    custodian = Words(64, pattern=UID)
    order_reference = Words(120)
    purchase_date = Day()
    purchase_cost = Money()
    currency = Words(3, pattern=r"^[A-Z]{3}$")
    warranty_end = Day()
    mass_g = Whole(1, 2_000_000)
    identifiers = Lines(IdentifierDetails, 40)
    notes = Words(4000, personal=True)


class Opening(Facts):
    """First line of an asset: its tag and what is known of it."""

    tag = Words(64, required=True)
    drives = Lines(DriveDetails, 64)


class Registered(Opening):
    status = Choice({"in_stock", "in_use", "returned"}, required=True)
    source = Words(120)


class TakenOn(Opening):
    """Opening line for older records. ``evidence`` says what kind of proof was seen, by default none."""

    status = Choice(STATUSES, required=True)
    outcome = Choice(PAST_OUTCOMES)
    partner = Words(64, pattern=UID)
    evidence = Choice({"none", "spreadsheet", "certificate", "transfer_note", "letter"})
    used_before = Flag()


class Receipt(Facts):
    """Receipt of something ordered; as an opening line it also bears the tag and drives."""

    tag = Words(64)
    drives = Lines(DriveDetails, 64)


class Placed(Details):
    custodian = Words(64, pattern=UID)
    department = Words(64, pattern=CODE)
    location = Words(64, pattern=CODE)


class Reassigned(Placed):
    reason = Words(500, personal=True)
    """Why the drives were not wiped in between; such cases are listed."""
    drives_not_wiped = Flag()


class Moved(Details):
    location = Words(64, required=True, pattern=CODE)


class Sighted(Details):
    location = Words(64, pattern=CODE)


class Relabelled(Details):
    tag = Words(64, required=True)


class Amended(Facts):
    """Facts that were wrong or have changed. ``forget`` names facts that are in truth not known."""

    forget = Words(255, pattern=r"^[a-z_]+(,[a-z_]+)*$")
    source = Words(120)

    def consistent(self, data: dict[str, Any]) -> None:
        if not set(data) - {"note", "source"}:
            raise ValidationError("says nothing that changes", "forget")
        names = set(data.get("forget", "").split(",")) - {""}
        if wrong := names - FORGETTABLE:
            raise ValidationError(f"names {', '.join(sorted(wrong))}, which cannot be forgotten", "forget")


FORGETTABLE = frozenset(Facts().fields) - {"note", "notes", "identifiers"}


class PartFitted(DriveDetails, Details):
    came = Choice({"found_inside", "new", "from_elsewhere"}, required=True)
    source = Words(120)


class PartRemoved(Details):
    uid = Words(64, required=True, pattern=UID)
    source = Words(120)


class Merged(Details):
    into = Words(64, required=True)


class Work(Details):
    work = Words(500, required=True)


class WrittenOff(Details):
    cause = Choice({"loss", "theft", "unlocated"}, required=True)
    incident = Words(120)


class Returned(Details):
    location = Words(64, pattern=CODE)
    second_life = Choice({"none", "served"})


class Reasoned(Details):
    reason = Words(500, required=True, personal=True)


class TestResult(Schema):
    """One test of the bench's list; ``measured`` is what an instrument showed."""

    test = Choice({key: each.label for key, each in TESTS.items()}, required=True)
    result = Choice(RESULTS, required=True)
    measured = Words(60)


class LockFound(Schema):
    lock = Choice({key: each.label for key, each in LOCKS.items()}, required=True)
    state = Choice(LOCK_STATES, required=True)


class Inspected(Details):
    """The findings at the bench. Grades are kept in the scheme that their name tells: plain words, or R2v3.

    ``pat_*``: fields of a portable appliance test, where one was made (earth in ohm, insulation in megohm).
    ``computed_route`` is what the rules advised when it was recorded, ``advised_route`` what the person says.
    """

    functional = Choice(FUNCTIONAL, required=True)
    cosmetic = Choice(COSMETIC, required=True)
    r2_functional = Choice(R2_FUNCTIONAL)
    r2_cosmetic = Choice(R2_COSMETIC)
    results = Lines(TestResult, 40)
    locks = Lines(LockFound, 10)
    battery_percent = Whole(0, 150, metadata=OF_ONE)
    no_drive_fitted = Flag(metadata=OF_ONE)
    no_drive_seen = Choice(NO_DRIVE_SEEN, metadata=OF_ONE)
    pat_tester = Words(120, personal=True, metadata=OF_ONE)
    pat_instrument = Words(120, metadata=OF_ONE)
    pat_date = Day(metadata=OF_ONE)
    pat_class = Choice(PAT_CLASSES, metadata=OF_ONE)
    pat_visual = Choice(PASS_FAIL, metadata=OF_ONE)
    pat_earth_ohm = Words(12, pattern=MEASURED, metadata=OF_ONE)
    pat_insulation_mohm = Words(12, pattern=MEASURED, metadata=OF_ONE)
    pat_fuse_a = Words(12, pattern=MEASURED, metadata=OF_ONE)
    pat_result = Choice(PASS_FAIL, metadata=OF_ONE)
    pat_next_due = Day(metadata=OF_ONE)
    computed_route = Choice(ROUTES, metadata=OF_ONE)
    advised_route = Choice(ROUTES)
    reason = Words(500, personal=True)
    """Why the advised route is below the computed one."""
    tests = Words(500)

    def consistent(self, data: dict[str, Any]) -> None:
        for name, plain, table in (
            ("r2_functional", "functional", PLAIN_OF_FUNCTIONAL),
            ("r2_cosmetic", "cosmetic", PLAIN_OF_COSMETIC),
        ):
            if data.get(name) and data.get(plain) and data[plain] not in table[data[name]]:
                raise ValidationError(f"does not go with the plain grade {data[plain]!r}", name)
        for name, key in (("results", "test"), ("locks", "lock")):
            told = [each[key] for each in data.get(name, ()) if key in each]
            if len(set(told)) != len(told):
                raise ValidationError(f"names a {key} twice", name)
        if data.get("no_drive_seen") and not data.get("no_drive_fitted"):
            raise ValidationError("goes with the statement that no drive is fitted", "no_drive_seen")


class DriveWiped(Schema):
    """Evidence that one drive was sanitised: level, technique, tool and where the proof lies.

    ``technique``: a key or word of the table of techniques, or words of one's own. ``record`` and ``warnings`` are
    written by the register where the line rests on an erasure record.
    """

    uid = Words(64, required=True, pattern=UID)
    method = Choice(METHODS, required=True)
    technique = Words(120)
    tool = Words(120)
    verification = Choice(VERIFICATIONS)
    evidence = Words(255)
    confirmed_after_use = Flag()
    record = Words(64, pattern=UID, metadata={"own": True})
    warnings = Words(500, metadata={"own": True})


class Sanitised(Details):
    drives = Lines(DriveWiped, 64, required=True)

    def consistent(self, data: dict[str, Any]) -> None:
        if not data.get("drives"):
            raise ValidationError("names no drive", "drives")


class DriveFailed(Schema):
    uid = Words(64, required=True, pattern=UID)
    technique = Words(120)
    tool = Words(120)
    evidence = Words(255)
    record = Words(64, pattern=UID, metadata={"own": True})


class SanitisationFailed(Details):
    drives = Lines(DriveFailed, 64, required=True)

    def consistent(self, data: dict[str, Any]) -> None:
        if not data.get("drives"):
            raise ValidationError("names no drive", "drives")


class Reserved(Details):
    party = Words(64, pattern=UID)
    request = RequestName(120)


class Donated(Details):
    partner = Words(64, required=True, pattern=UID)
    reference = Words(120)


class Sold(Details):
    buyer = Words(64, pattern=UID)
    price = Money()
    currency = Words(3, pattern=r"^[A-Z]{3}$")


class ToLessor(Details):
    lessor = Words(64, pattern=UID)
    reference = Words(120)


class LessorReported(Details):
    fate = Choice(FATES | {"reused": "Used again"}, required=True)


class RecipientReported(Details):
    report = Choice({"still_in_use", "passed_on", "no_longer_needed"}, required=True)


class DeclaredWaste(Details):
    reason = Words(500, personal=True)
    better_route_open = Flag()


class Consigned(Details):
    """Left as waste. ``expected`` is the fate agreed with the contractor, confirmed by the report."""

    facility = Words(64, required=True, pattern=UID)
    consignment = Words(120)
    expected = Choice(FATES, required=True)
    unsanitised_under_contract = Flag()
    certified_destruction_contract = Words(120)

    def consistent(self, data: dict[str, Any]) -> None:
        if data.get("unsanitised_under_contract") and not data.get("certified_destruction_contract"):
            raise ValidationError(
                "is needed: drives may leave unwiped only under a contract with certified destruction",
                "certified_destruction_contract",
            )


class Dismantled(Details):
    reason = Words(500, personal=True)
    """Why not a better route, where one was advised."""


class GivenForPreparation(Details):
    partner = Words(64, required=True, pattern=UID)
    reason = Words(500, personal=True)
    """Why not a better route, where one was advised."""
    reference = Words(120)
    unsanitised_under_contract = Flag()
    certified_destruction_contract = Words(120)

    consistent = Consigned.consistent


class Confirmed(Details):
    certificate = Words(255)


class Recycled(Confirmed):
    loop = Choice({"closed", "open", "unknown"}, required=True)


class Corrected(Reasoned):
    """Voids one earlier line; the line itself is named beside the details."""
