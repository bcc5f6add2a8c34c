"""Any identifier finds its machine; lists page both ways, at any depth, with few statements."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.db import transaction
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.lookup import look_up
from inventory.lifecycle.queries import count_on_record, possible_events, recent_activity
from inventory.register import departments, service
from inventory.register.issuing import issue_blank_tags
from inventory.register.models import Asset, Department, Photo
from inventory.register.queries import (
    SORTS,
    AssetFilter,
    count_matching,
    list_assets,
    matching_rows,
    matching_tags,
    resolve,
    rows_of,
)
from inventory.register.tags import is_ours, issue, near_misses, problem_with, readings
from tests.conftest import NOW, World, statements


def register(world: World, tag: str, **facts: object) -> str:
    facts = {"kind": "laptop", "status": "returned"} | facts
    return world.record("registered", key=f"open-{tag}", tag=tag, **facts).tag


IDENTIFIERS = [
    {"type": "serial", "value": "CZC901381R"},
    {"type": "mac", "value": "00:12:3f:29:32:36"},
    {"type": "legacy_barcode", "value": "0004711"},
    {"type": "host_name", "value": "inf-lab-3"},
]


@pytest.mark.parametrize(
    "text",
    ["ED-1", "ed-1", "  ed-1 ", "https://reuse.test/t/ED-1", "HTTPS://REUSE.TEST/T/ED-1", "czc901381r", "00-12-3F-29-32-36",
     "00123f293236", "0004711", "INF-LAB-3"],
)  # fmt: skip
def test_any_identifier_finds_the_machine(world: World, text: str) -> None:
    register(world, "ED-1", identifiers=IDENTIFIERS)
    register(world, "ED-2")
    assert resolve(world.session, text, world.settings).tag == "ED-1"


def test_our_own_tags_are_found_without_hyphens_and_without_prefix(world: World) -> None:
    tag = register(world, issue("ED", 7))
    for form in (tag.replace("-", ""), tag[3:], tag[3:].replace("-", "").lower()):
        assert resolve(world.session, form, world.settings).tag == tag


def test_an_old_tag_finds_the_machine_that_bears_a_new_one(world: World) -> None:
    register(world, "ED-1")
    world.record("relabelled", "ED-1", tag="NEW-1")
    found = resolve(world.session, "ed-1", world.settings)
    assert (found.tag, found.came_by) == ("NEW-1", "former_tag")


def test_an_ambiguous_identifier_lists_the_candidates(world: World) -> None:
    for tag in ("ED-1", "ED-2"):
        register(world, tag, identifiers=[{"type": "serial", "value": "SAME"}])
    found = resolve(world.session, "same", world.settings)
    assert found.tag is None
    assert [row.tag for row in found.candidates] == ["ED-1", "ED-2"]
    world.record("merged", "ED-2", into="ED-1")
    assert resolve(world.session, "same", world.settings).tag == "ED-1"


def test_an_unknown_tag_suggests_what_is_one_slip_away(world: World) -> None:
    tag = register(world, issue("ED", 7))
    other = next(letter for letter in "ABC" if letter != tag[4])
    found = resolve(world.session, tag[:4] + other + tag[5:], world.settings)
    assert found.suggestions == [tag]
    register(world, "LAB-100")
    assert resolve(world.session, "LAB-1001", world.settings).suggestions == ["LAB-100"]
    assert resolve(world.session, "", world.settings).tag is None
    assert resolve(world.session, "zzz\x00", world.settings).suggestions == []


def test_a_blank_label_is_known_until_it_is_claimed(world: World) -> None:
    with transaction(world.session):
        tag = issue_blank_tags(world.session, "ED", 1, "run-1", NOW)[0]
    assert resolve(world.session, tag.lower(), world.settings).blank
    register(world, tag)
    found = resolve(world.session, tag, world.settings)
    assert (found.blank, found.tag) == (False, tag)


def test_issued_tags_are_ours_and_a_slip_in_one_character_never_gives_another(world: World) -> None:
    tags = [issue("ED", number) for number in range(2_000)]
    assert len(set(tags)) == 2_000
    assert all(is_ours(tag, "ED") for tag in tags)
    tag = tags[5]
    wrong = [tag[:3] + letter + tag[4:] for letter in "23456789ABCDEFGHJKMNPQRSTVWXYZ" if letter != tag[3]]
    assert not any(is_ours(each, "ED") for each in wrong)
    assert tag in near_misses(wrong[0], "ED")
    assert readings(tag.lower(), "ED") == [tag]
    assert problem_with("x" * 65)
    assert problem_with(" ")


def fleet(world: World, number: int = 25) -> None:
    requests = []
    for each in range(number):
        facts: dict[str, object] = {
            "tag": f"T-{each:03}",
            "kind": "laptop" if each % 3 else "desktop",
            "status": "returned",
        }
        if each % 2:
            facts |= {
                "model": f"Latitude {each % 5}",
                "manufacturer": "Dell",
                "purchase_date": f"20{10 + each % 7}-03-01",
            }
        if each % 5 == 0:
            facts["department"] = "INF"
        requests.append(world.request("registered", None, date(2020, 1, 1) + timedelta(days=each % 4), **facts))
    world.batch(requests)


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
@pytest.mark.parametrize("size", [4, 7])
def test_pages_forwards_and_backwards_show_every_machine_once_and_in_one_order(
    world: World, sort: str, size: int
) -> None:
    fleet(world)
    seen: list[str] = []
    pages = []
    after = None
    while True:
        page = list_assets(world.session, AssetFilter(), world.settings, sort, after=after, size=size)
        pages.append([row.tag for row in page.rows])
        seen += pages[-1]
        if page.next is None:
            break
        after = page.next
    assert sorted(seen) == [f"T-{each:03}" for each in range(25)]
    before = page.previous
    back = [pages[-1]]
    while before is not None:
        page = list_assets(world.session, AssetFilter(), world.settings, sort, before=before, size=size)
        back.append([row.tag for row in page.rows])
        before = page.previous
    assert back[::-1] == pages


@pytest.mark.parametrize(
    ("args", "count"),
    [
        ({}, 25),
        ({"kind": "desktop"}, 9),
        ({"kind": ["desktop", "laptop"]}, 25),
        ({"status": "in_use"}, 0),
        ({"department": "CSE"}, 5),
        ({"department": "-"}, 20),
        ({"department": "HCA"}, 0),
        ({"model": "Latitude 1"}, 3),
        ({"bought_from": "2013-01-01", "bought_to": "2014-12-31"}, 3),
        ({"location": "-"}, 25),
        ({"custodian": "-"}, 25),
        ({"location": "HUB"}, 0),
        ({"custodian": "ada"}, 0),
        ({"identifier": "X"}, 0),
        ({"waiting_days": "100"}, 25),
        ({"seen_before": "2020-01-01"}, 25),
        ({"advised": "donate"}, 0),
        ({"order_reference": "O-1"}, 0),
        ({"older": "1"}, 25),
        ({"q": "t-00"}, 10),
        ({"q": "latitude"}, 12),
        ({"q": "dell latitude 3"}, 3),
        ({"q": "---"}, 0),
    ],
)
def test_filters_from_the_address_select_what_they_say(world: World, args: dict[str, str], count: int) -> None:
    fleet(world)
    asked = AssetFilter.from_args(args)
    page = list_assets(world.session, asked, world.settings, size=50)
    assert (page.count, len(page.rows)) == (count, count)
    assert AssetFilter.from_args(asked.to_args()) == asked
    assert len(matching_tags(world.session, asked, 1_000)) == count
    assert len(list(matching_rows(world.session, asked, world.settings, chunk=4))) == count


def test_a_misspelt_model_is_searched_as_the_nearest_word(world: World) -> None:
    fleet(world)
    page = list_assets(world.session, AssetFilter(q="latitued"), world.settings)
    assert page.showing_for == "latitude"
    assert page.count == 12


def test_search_finds_people_and_places(world: World) -> None:
    register(world, "ED-1", status="in_use", custodian="ada", location="HUB")
    for words in ("byron", "b12", "reuse hub"):
        assert [row.tag for row in list_assets(world.session, AssetFilter(q=words), world.settings).rows] == ["ED-1"]


@pytest.mark.parametrize("args", [{"status": "x"}, {"kind": "x"}, {"bought_from": "x"}, {"waiting_days": "-1"}])
def test_a_filter_that_cannot_be_read_is_refused_by_name(args: dict[str, str]) -> None:
    with pytest.raises(ValidationRefused) as caught:
        AssetFilter.from_args(args)
    assert caught.value.field == next(iter(args))


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W251bGwsIDFd", "WzEsIDJd"])
def test_a_place_in_the_list_that_cannot_be_read_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(ValidationRefused, match="first page"):
        list_assets(world.session, AssetFilter(), world.settings, after=cursor)
    with pytest.raises(ValidationRefused, match="no order"):
        list_assets(world.session, AssetFilter(), world.settings, sort="colour")


def test_lists_and_look_ups_send_few_statements_however_many_rows(world: World, engine: Engine) -> None:
    fleet(world)
    world.session.commit()
    for asked in (AssetFilter(), AssetFilter(department="CSE", q="t"), AssetFilter(kind=("laptop",))):
        for sort in SORTS:
            with statements(engine) as sent:
                list_assets(world.session, asked, world.settings, sort, size=20)
            assert len(sent) <= 4, sent
    with statements(engine) as sent:
        resolve(world.session, "T-001", world.settings)
    assert len(sent) == 1


def test_rows_come_in_the_order_asked(world: World) -> None:
    fleet(world, 3)
    numbers = [number for (number,) in world.session.query(Asset.id).order_by(Asset.id)]
    assert [row.id for row in rows_of(world.session, numbers[::-1])] == numbers[::-1]
    assert rows_of(world.session, []) == []


def test_the_history_of_a_machine_is_told_with_names_texts_and_corrections(world: World) -> None:
    world.used_machine("ED-1")
    world.record("moved", "ED-1", "2018-01-01", key="m", location="HUB", note="by the lift")
    world.correct("ED-1", "m", world.request("moved", "ED-1", date(2018, 1, 1), key="m2", location="AT-5.01"))
    number = resolve(world.session, "ED-1", world.settings).asset_id or 0
    found = look_up(world.session, number)
    line = next(each for each in found.lines if each.line.key == "m")
    assert line.actor_name == "Tess Technician"
    assert line.personal == {"note": "by the lift"}
    assert line.voided_by
    assert line.replaced_by == "m2"
    assert found.state.facts["location"] == "AT-5.01"
    assert [each.key for each in recent_activity(world.session, 1)] == ["m2"]
    assert count_on_record(world.session) == 1
    with pytest.raises(NotFound):
        look_up(world.session, 99)


def test_only_what_may_happen_next_is_offered(world: World) -> None:
    world.clean_machine("ED-1")
    state = look_up(world.session, 1).state
    keys = {row.key for row in possible_events(state, frozenset({"record", "release"}))}
    assert {"redeployed", "donated", "returned"} <= keys
    assert "deployed" not in keys, "it was used before"
    assert "declared_waste" not in keys, "this person may not"


# -- what the ledger refers to --------------------------------------------------------------------------


def test_departments_form_a_tree_and_move_with_all_below_them(world: World) -> None:
    with transaction(world.session) as session:
        service.add_department(session, "LAB", "Robot lab", "INF")
        departments.move_department(session, "INF", "HCA")
    assert world.session.query(Department.path).filter(Department.code == "LAB").scalar() == "/HCA/INF/LAB/"
    with pytest.raises(RuleRefused, match="under itself"):
        departments.move_department(world.session, "HCA", "LAB")
    with pytest.raises(RuleRefused, match="already"):
        service.add_department(world.session, "INF", "Again")
    with pytest.raises(NotFound):
        service.add_department(world.session, "X", "X", "NOWHERE")
    with pytest.raises(ValidationRefused):
        service.add_department(world.session, "a/b", "X")
    assert departments.rename_department(world.session, "INF", "Informatics").name == "Informatics"
    assert departments.move_department(world.session, "INF", None).path == "/INF/"
    for wrong in (lambda: departments.rename_department(world.session, "?", "x"),
                  lambda: departments.move_department(world.session, "?", None),
                  lambda: departments.move_department(world.session, "INF", "?")):  # fmt: skip
        with pytest.raises(NotFound):
            wrong()


def test_places_and_parties_are_checked_and_people_can_be_forgotten(world: World) -> None:
    session = world.session
    assert service.add_location(session, "KB-1", "King's Buildings", None, "1.01").label == "King's Buildings, 1.01"
    with pytest.raises(RuleRefused):
        service.add_location(session, "KB-1")
    with pytest.raises(ValidationRefused, match="255"):
        service.add_party(session, "partner", "x" * 256)
    with pytest.raises(ValidationRefused, match="no role"):
        service.add_party(session, "king", "x")
    with pytest.raises(ValidationRefused, match="needed"):
        service.add_party(session, "partner", " ")
    with pytest.raises(ValidationRefused, match="character"):
        service.add_party(session, "partner", "x\x00")
    made = service.add_party(session, "partner", "Jo", "jo@example.org")
    erased = service.erase_party(session, made.uid, NOW)
    assert (erased.name, erased.contact) == ("(erased)", None)
    with pytest.raises(NotFound):
        service.erase_party(session, "nobody", NOW)


def picture(kind: str = "PNG", size: tuple[int, int] = (3000, 2000)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind)
    return out.getvalue()


def test_a_photo_is_made_small_and_kept_without_what_the_camera_tells(world: World) -> None:
    world.used_machine("ED-1")
    with transaction(world.session) as session:
        service.set_photo(session, 1, picture(), NOW)
        service.set_photo(session, 1, picture("JPEG"), NOW)
    kept = world.session.query(Photo).one()
    shown = Image.open(io.BytesIO(kept.content))
    assert (shown.format, max(shown.size), dict(shown.getexif())) == ("JPEG", 1600, {})


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", picture()[:100]])
def test_what_is_no_photo_is_refused(world: World, content: bytes) -> None:
    world.used_machine("ED-1")
    with pytest.raises(ValidationRefused, match="not a photo"):
        service.set_photo(world.session, 1, content, NOW)


def test_a_photo_too_large_or_of_no_machine_is_refused(world: World, session: Session) -> None:
    with pytest.raises(ValidationRefused, match="20 MB"):
        service.set_photo(session, 1, bytes(21 * 1024 * 1024), datetime.now(UTC))
    with pytest.raises(NotFound):
        service.set_photo(session, 1, b"x", datetime.now(UTC))
    assert count_matching(session, AssetFilter(), world.settings) == 0
