"""Names of departments, places and people in a file, to the codes that ledger lines hold; made if allowed."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import InventoryError, ValidationRefused
from inventory.i18n import mark
from inventory.register.models import Department, Location, Party
from inventory.register.service import add_department, add_locations, add_parties

CREATABLE: Final = {"departments": "Departments", "places": "Places", "people": "People and organisations"}
"""What a file may bring that is not on record yet; each is made or refused, as the person says."""
_ROOM: Final = 50_000
"""Names remembered at a time."""
_CODE_AT_END = re.compile(r"\[([A-Za-z0-9_.:-]{1,64})\]\s*$")


class NameBook:
    """Finds codes by name, a chunk of rows at a time; makes what is new if *create* holds its kind.

    ``made`` counts what was made, ``unknown`` the names that were refused, both by kind.
    """

    def __init__(self, session: Session, create: Collection[str]) -> None:
        self.session, self.create = session, frozenset(create)
        self.made: Counter[str] = Counter()
        self.known: dict[tuple[str, ...], str | ValidationRefused] = {}
        """Code of each key loaded, or why there is none."""
        self._departments_read = False

    def load(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Learn these names (of ``keys_of``): a few statements, however many there are."""
        if len(self.known) > _ROOM:
            self.known.clear()
            self._departments_read = False
        wanted: dict[str, set[tuple[str, ...]]] = {}
        for each in keys:
            if each not in self.known:
                wanted.setdefault(each[0], set()).add(each)
        if departments := wanted.get("department"):
            self._load_departments(departments)
        if places := wanted.get("place"):
            self._load_places(places)
        if people := wanted.get("party"):
            self._load_people(people)

    def _settle(self, key: tuple[str, ...], kind: str, missing: str, make: Any) -> None:
        if kind not in self.create:
            self.known[key] = ValidationRefused(missing, name=key[-1] or ", ".join(filter(None, key[1:])))
            return
        try:
            self.known[key] = make()
            self.made[kind] += 1
        except InventoryError as error:
            self.known[key] = ValidationRefused(error.message)

    # -- departments: read whole, since there are hundreds and a path names several ----------------------

    def _load_departments(self, wanted: Iterable[tuple[str, ...]]) -> None:
        if not self._departments_read:
            self._departments_read = True
            rows = self.session.execute(select(Department.id, Department.parent_id, Department.code, Department.name))
            self._tree = {number: (parent, code, name) for number, parent, code, name in rows}
            self._index_departments()
        for key in sorted(wanted):
            if key not in self.known:
                found = self._by_path.get(_folded(key[1]))
                if found is not None:
                    self.known[key] = found
                else:
                    text = key[1]
                    self._settle(
                        key,
                        "departments",
                        mark("There is no department “{name}” on record."),
                        lambda text=text: self._make_department(text),
                    )

    def _index_departments(self) -> None:
        self._codes = {code.casefold(): code for _, code, _ in self._tree.values()}
        self._by_path: dict[str, str] = {}
        for number, (_, code, name) in self._tree.items():
            codes, names = [code], [name]
            above = self._tree[number][0]
            while above is not None:
                above, upper_code, upper_name = self._tree[above]
                codes.insert(0, upper_code)
                names.insert(0, upper_name)
            for path in ("/".join(names), "/".join(codes), name):
                self._by_path.setdefault(path.casefold(), code)
        # A code says which department is meant, whatever else bears that name.
        self._by_path |= self._codes

    def _make_department(self, text: str) -> str:
        parent: str | None = None
        parts = _folded(text, fold=False).split("/")
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            found = self._by_path.get(path.casefold())
            if found is None:
                code = parts[depth - 1]
                if code.casefold() in self._codes:
                    # The same word under another parent is another department.
                    code = f"{parent}.{code}" if parent else f"{code}.1"
                made = add_department(self.session, code, parts[depth - 1], parent)
                found = made.code
                self._codes[found.casefold()] = found
                for each in (path, found):
                    self._by_path.setdefault(each.casefold(), found)
            parent = found
        assert parent is not None  # noqa: S101 - a name has at least one part
        return parent

    # -- places ------------------------------------------------------------------------------------------

    def _load_places(self, wanted: set[tuple[str, ...]]) -> None:
        # A place that an import made before is found by the code that it would be given again.
        places = {key: _place_of(key) for key in sorted(wanted)}
        codes = sorted({place[0] for place in places.values()})
        on_record: set[str] = set()
        for part in _parts(codes):
            on_record.update(self.session.scalars(select(Location.code).where(Location.code.in_(part))))
        open_ = [key for key, place in places.items() if place[0] not in on_record]
        self.known |= {key: place[0] for key, place in places.items() if place[0] in on_record}
        labels = self._labels([key for key in open_ if any(key[2:]) or "," in key[1]])
        new: dict[str, list[tuple[str, ...]]] = {}
        for key in open_:
            label = _label(key)
            if found := labels.get(label.casefold()):
                self.known[key] = found
            elif "places" in self.create:
                new.setdefault(places[key][0], []).append(key)
            else:
                sentence = mark("There is no place “{name}” on record.")
                self.known[key] = ValidationRefused(sentence, name=label)
        self._make_places({keys[0]: places[keys[0]] for keys in new.values()})
        for first, *others in new.values():
            self.known |= dict.fromkeys(others, self.known[first])

    def _make_places(self, new: "dict[tuple[str, ...], _Place]") -> None:
        """All at once; one by one where one of them is refused."""
        try:
            add_locations(self.session, list(new.values()))
        except InventoryError as error:
            if len(new) == 1:
                self.known |= dict.fromkeys(new, ValidationRefused(error.message))
                return
            for key, place in new.items():
                self._make_places({key: place})
            return
        self.known |= {key: place[0] for key, place in new.items()}
        self.made["places"] += len(new)

    def _labels(self, keys: list[tuple[str, ...]]) -> dict[str, str]:
        """Places on record by their words, for those keys that name a building or room."""
        if not keys:
            return {}
        last = {part for key in keys for part in _label(key).split(", ")}
        columns = (Location.site, Location.building, Location.room)
        found: dict[str, str] = {}
        for start in range(0, len(last), 600):
            some = sorted(last)[start : start + 600]
            statement = select(Location.code, *columns).where(
                columns[0].in_(some) | columns[1].in_(some) | columns[2].in_(some)
            )
            for code, *parts in self.session.execute(statement):
                found.setdefault(", ".join(filter(None, parts)).casefold(), code)
        return found

    # -- people and organisations ------------------------------------------------------------------------

    def _load_people(self, wanted: set[tuple[str, ...]]) -> None:
        uids = {match[1]: key for key in wanted if (match := _CODE_AT_END.search(key[2]))}
        for part in _parts(sorted(uids)):
            for uid in self.session.scalars(select(Party.uid).where(Party.uid.in_(part))):
                self.known[uids[uid]] = uid
        names = sorted({key[2] for key in wanted if key not in self.known})
        found: dict[tuple[str, ...], list[str]] = {}
        for part in _parts(names):
            rows = self.session.execute(
                select(Party.role, Party.name, Party.uid).where(Party.name.in_(part), Party.erased_at.is_(None))
            )
            for role, name, uid in rows:
                found.setdefault(("party", role, name), []).append(uid)
        new: list[tuple[str, ...]] = []
        for key in sorted(wanted - self.known.keys()):
            several = found.get(key, [])
            if len(several) == 1:
                self.known[key] = several[0]
            elif several:
                self.known[key] = ValidationRefused(
                    mark("More than one {role} on record is called “{name}”; add the id in brackets: {choices}."),
                    role=key[1],
                    name=key[2],
                    choices=", ".join(f"{key[2]} [{uid}]" for uid in several[:5]),
                )
            elif "people" in self.create and key[2].isprintable():
                new.append(key)
            else:
                self._settle(
                    key,
                    "people",
                    mark("There is nobody called “{name}” on record."),
                    lambda key=key: add_parties(self.session, [key[1:]])[0],
                )
        self.known.update(zip(new, add_parties(self.session, [(role, name) for _, role, name in new]), strict=True))
        self.made["people"] += len(new)


def keys_of(values: Mapping[str, Any], partner_role: str) -> dict[str, tuple[str, ...]]:
    """What a row names, by detail: department, location, custodian, partner; each a key of the book."""
    found: dict[str, tuple[str, ...]] = {}
    if text := values.get("department"):
        found["department"] = ("department", text)
    if "site" in values or "building" in values or "room" in values:
        parts = (values.get("site") or "", values.get("building") or "", values.get("room") or "")
        if values.get("location") or any(parts):
            found["location"] = ("place", values.get("location") or "", *parts)
    elif text := values.get("location"):
        found["location"] = ("place", text, "", "", "")
    if text := values.get("custodian"):
        found["custodian"] = ("party", "custodian", text)
    if text := values.get("partner"):
        found["partner"] = ("party", partner_role, text)
    return found


def _folded(text: str, *, fold: bool = True) -> str:
    """A path of names with single slashes; ``>`` and spaced slashes are what other registers write."""
    path = "/".join(part for each in re.split(r"[/>]", text) if (part := each.strip()))
    return path.casefold() if fold else path or text


def _label(key: tuple[str, ...]) -> str:
    parts = [part for part in key[2:] if part]
    if key[1] and key[1] not in parts:
        # A site named as the place of a row with building and room of its own is the largest part.
        parts.insert(0, key[1])
    return ", ".join(parts)


_Place = tuple[str, str | None, str | None, str | None]
"""Code, site, building, room."""


def _place_of(key: tuple[str, ...]) -> _Place:
    """The new place that a row names."""
    _, code, site, building, room = key
    label = _label(key)
    if not code or any(key[2:]):
        code = label
    if len(code) > 64 or "/" in code:
        # A code is short and has no slash; the words stay whole in the parts.
        code = f"{' '.join(code.replace('/', '-')[:54].split())} {_digest(label)}"
        if not (site or building or room):
            building = label
    return code, site or None, building or None, room or None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + 2_000] for start in range(0, len(values), 2_000))
