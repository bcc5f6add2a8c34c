"""Recording from the machine's page: one form per event, made from the table."""

import uuid

import pytest
from flask import Flask

from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from tests.conftest import World
from tests.web.browser import details_of, kinds_of, sign_in, status_of, value_of, words

KINDS = [key for key in EVENT_TYPES if key != CORRECTION]


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_has_a_form_or_says_why_it_cannot_happen_now(app: Flask, world: World, kind: str) -> None:
    world.used_machine("M-1")
    answer = sign_in(app, world).get(f"/t/M-1/{kind}")
    row = EVENT_TYPES[kind]
    if "in_use" in row.allowed_from:
        assert answer.status_code == 200 and value_of(answer, "key")
    else:
        assert answer.status_code == 409 and "M-1 is in use" in words(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_sent_empty_records_rightly_or_refuses_in_words(app: Flask, world: World, kind: str) -> None:
    world.clean_machine("M-1")
    before = kinds_of(world, "M-1")
    answer = sign_in(app, world).post(f"/t/M-1/{kind}", data={"when": "now", "key": "the-key"})
    after = kinds_of(world, "M-1")
    if answer.status_code == 303:
        assert after == [*before, kind]
    else:
        assert 400 <= answer.status_code < 500
        assert after == before
        assert "notice--danger" in answer.get_data(as_text=True)


def test_a_return_is_recorded_and_can_be_taken_back_at_once(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    answer = client.post(
        "/t/M-1/returned", data={"key": "k-ret", "when": "now", "location": "Reuse hub", "note": "no charger"},
        follow_redirects=True,
    )  # fmt: skip
    assert status_of(world, "M-1") == "returned"
    assert details_of(world, "M-1") == {"location": "HUB"}
    assert "/t/M-1/lines/k-ret/correct" in answer.get_data(as_text=True)
    assert "no charger" in words(answer)


def test_the_same_form_sent_twice_is_recorded_once(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    for _ in range(2):
        assert client.post("/t/M-1/sighted", data={"key": "once", "when": "now"}).status_code == 303
    assert kinds_of(world, "M-1").count("sighted") == 1


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    answer = sign_in(app, world).post("/t/M-1/donated", data={"when": "now", "reference": "AG-7", "partner": ""})
    assert answer.status_code == 422
    assert value_of(answer, "reference") == "AG-7"
    assert 'id="field-partner-error"' in answer.get_data(as_text=True)
    assert status_of(world, "M-1") == "ready_for_reuse"


def test_a_name_that_two_bear_is_asked_about_not_guessed(app: Flask, world: World) -> None:
    from inventory.db import transaction
    from inventory.register.models import Party

    world.used_machine("M-1")
    with transaction(world.session) as session:
        session.add(Party(uid="ada2", role="custodian", name="Ada Byron"))
    client = sign_in(app, world)
    answer = client.post("/t/M-1/reassigned", data={"when": "now", "custodian": "ada byron"})
    assert answer.status_code == 422
    assert "More than one custodian answers to" in words(answer)
    assert 'value="Ada Byron [ada2]"' in answer.get_data(as_text=True)
    data = {"when": "now", "custodian": "Ada Byron [ada2]", "reason": "same desk", "drives_not_wiped": "1"}
    assert client.post("/t/M-1/reassigned", data=data).status_code == 303
    assert details_of(world, "M-1") == {"custodian": "ada2", "drives_not_wiped": True}


def test_a_name_that_nobody_bears_is_refused(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    answer = sign_in(app, world).post("/t/M-1/moved", data={"when": "now", "location": "Atlantis"})
    assert answer.status_code == 422
    assert "There is no place “Atlantis” on record" in words(answer)


def test_a_day_in_the_past_is_kept_as_a_day(app: Flask, world: World) -> None:
    from inventory.lifecycle.models import LifecycleEvent

    world.used_machine("M-1")
    sign_in(app, world).post("/t/M-1/returned", data={"key": "d", "when": "day", "day": "2019-07-05"})
    line = world.session.query(LifecycleEvent).filter_by(key="d").one()
    assert line.precision == "day" and line.occurred_at.isoformat().startswith("2019-07-04T23:00")


@pytest.mark.parametrize("when", [{"when": "day", "day": "32 July"}, {"when": "moment"}, {"when": "never"}])
def test_a_time_that_cannot_be_read_is_refused(app: Flask, world: World, when: dict[str, str]) -> None:
    world.used_machine("M-1")
    answer = sign_in(app, world).post("/t/M-1/returned", data=when)
    assert answer.status_code == 422 and kinds_of(world, "M-1")[-1] == "deployed"


def test_a_role_without_the_permission_may_not_even_see_the_form(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    client = sign_in(app, world, "procurement")
    assert client.get("/t/M-1/donated").status_code == 403
    assert client.post("/t/M-1/donated", data={"partner": "remakery", "when": "now"}).status_code == 403
    assert status_of(world, "M-1") == "ready_for_reuse"


def test_a_wipe_names_each_drive_that_is_on_record(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2020-01-02")
    client = sign_in(app, world)
    page = client.get("/t/M-1/sanitised")
    assert "D-M-1" in words(page)
    uid = world.drive_of("M-1")
    data = {"when": "now", "drives-0-uid": uid, "drives-0-method": "purge", "drives-0-tool": "nwipe"}
    assert client.post("/t/M-1/sanitised", data=data).status_code == 303
    assert details_of(world, "M-1") == {"drives": [{"uid": uid, "method": "purge", "tool": "nwipe"}]}


def test_a_drive_that_is_not_on_record_is_fitted_and_wiped_in_one_go(app: Flask, world: World) -> None:
    world.record("received", None, "2016-01-01", tag="M-1", kind="laptop")
    world.record("deployed", "M-1", "2016-01-01")
    world.record("returned", "M-1", "2020-01-02")
    client = sign_in(app, world)
    data = {
        "when": "now", "new-drive-serial": "WD-77", "new-drive-medium": "ssd", "new-drive-capacity_bytes": "512 GB",
        "new-drive-method": "purge",
    }  # fmt: skip
    assert client.post("/t/M-1/sanitised", data=data).status_code == 303
    assert kinds_of(world, "M-1")[-2:] == ["part_fitted", "sanitised"]
    assert details_of(world, "M-1", -2)["capacity_bytes"] == 512 * 10**9
    assert "Why it may not leave" not in words(client.get("/t/M-1"))


def test_a_new_drive_without_its_serial_is_refused_and_nothing_is_fitted(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    data = {"when": "now", "new-drive-medium": "ssd", "new-drive-method": "purge"}
    answer = sign_in(app, world).post("/t/M-1/sanitised", data=data)
    assert answer.status_code == 422 and "Serial is needed" in words(answer)
    assert "part_fitted" not in kinds_of(world, "M-1")


def test_a_machine_is_registered_with_a_new_tag_drives_and_identifiers(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    data = {
        "when": "now", "status": "returned", "kind": "laptop", "model": "X1", "department": "INF",
        "identifiers-0-type": "serial", "identifiers-0-value": "PF-1", "drives-0-serial": "S-1",
    }  # fmt: skip
    answer = client.post("/machines/new?begins=registered", data=data, follow_redirects=True)
    assert answer.request.path.startswith("/t/ED-")
    tag = answer.request.path.removeprefix("/t/")
    assert details_of(world, tag)["drives"] == [{"serial": "S-1"}]
    assert "PF-1" in words(answer)


def test_a_tag_that_was_borne_is_refused_beside_its_field(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    answer = sign_in(app, world).post("/machines/new?begins=received", data={"when": "now", "tag": "m-1"})
    assert answer.status_code == 409
    assert 'id="field-tag-error"' in answer.get_data(as_text=True)


def test_amending_sends_only_what_changed(app: Flask, world: World) -> None:
    world.used_machine("M-1", purchase_date="2016-01-02")
    client = sign_in(app, world)
    page = client.get("/t/M-1/amended")
    assert value_of(page, "model") == "Latitude 5400" and value_of(page, "purchase_date") == "2016-01-02"
    data = {
        "when": "now", "kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5410", "department": "Informatics",
        "custodian": "ada", "purchase_date": "", "source": "label on the lid",
    }  # fmt: skip
    assert client.post("/t/M-1/amended", data=data).status_code == 303
    assert details_of(world, "M-1") == {
        "model": "Latitude 5410", "forget": "purchase_date", "source": "label on the lid",
    }  # fmt: skip


def test_amending_nothing_is_refused(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    data = {
        "when": "now", "kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400", "department": "INF",
        "custodian": "ada",
    }  # fmt: skip
    answer = sign_in(app, world).post("/t/M-1/amended", data=data)
    assert answer.status_code == 422 and kinds_of(world, "M-1")[-1] == "deployed"


def test_a_line_is_corrected_with_a_reason_and_the_right_line_in_its_place(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("moved", "M-1", key="wrong", location="AT-5.01")
    client = sign_in(app, world)
    page = client.get("/t/M-1/lines/wrong/correct")
    assert value_of(page, "location") == "Central, Appleton Tower, 5.01 [AT-5.01]"
    data = {
        "key": str(uuid.uuid4()), "correction_reason": "wrong room", "replacement": "line", "when": "same",
        "becomes": "moved", "location": "HUB",
    }  # fmt: skip
    assert client.post("/t/M-1/lines/wrong/correct", data=data).status_code == 303
    assert kinds_of(world, "M-1")[-2:] == ["corrected", "moved"]
    assert details_of(world, "M-1") == {"location": "HUB"}


def test_a_line_may_turn_out_to_have_been_another_kind(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("moved", "M-1", key="wrong", location="AT-5.01")
    client = sign_in(app, world)
    assert "becomes=sighted" in client.get("/t/M-1/lines/wrong/kinds").get_data(as_text=True)
    data = {"correction_reason": "only seen", "replacement": "line", "when": "same", "becomes": "sighted"}
    assert client.post("/t/M-1/lines/wrong/correct", data=data).status_code == 303
    assert kinds_of(world, "M-1")[-1] == "sighted"


def test_a_first_line_is_replaced_and_its_drive_stays_the_same_drive(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2020-01-02")
    uid = world.drive_of("M-1")
    world.record("sanitised", "M-1", "2020-01-03", drives=[{"uid": uid, "method": "purge"}])
    from inventory.lifecycle.models import LifecycleEvent

    first = world.session.query(LifecycleEvent.key).order_by(LifecycleEvent.id).first()
    assert first is not None
    client = sign_in(app, world)
    page = client.get(f"/t/M-1/lines/{first.key}/correct")
    data = {
        "correction_reason": "other model", "replacement": "line", "when": "same", "becomes": "received",
        "kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5410", "department": "INF",
        "drives-0-uid": str(value_of(page, "drives-0-uid")), "drives-0-serial": "D-M-1", "drives-0-medium": "ssd",
    }  # fmt: skip
    answer = client.post(f"/t/M-1/lines/{first.key}/correct", data=data)
    assert answer.status_code == 303, words(answer)
    assert world.drive_of("M-1") == uid


def test_a_correction_without_a_reason_is_refused(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("moved", "M-1", key="wrong", location="AT-5.01")
    answer = sign_in(app, world).post("/t/M-1/lines/wrong/correct", data={"replacement": "none"})
    assert answer.status_code == 422 and "corrected" not in kinds_of(world, "M-1")


def test_a_correction_that_breaks_the_history_is_refused_in_words(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", key="back")
    world.record("inspected", "M-1", functional="working", cosmetic="A")
    answer = sign_in(app, world).post(
        "/t/M-1/lines/back/correct", data={"correction_reason": "slip", "replacement": "none"}
    )
    assert answer.status_code == 409 and "history would not hold" in words(answer)


def test_a_form_without_the_page_s_token_changes_nothing(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/t/M-1/returned", data={"when": "now"}).status_code == 400
    assert status_of(world, "M-1") == "in_use"


def test_lists_to_choose_from_offer_names_and_codes(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    assert client.get("/choices?table=location&q=b12").get_json() == {
        "choices": ["King's Buildings, Reuse hub, Store B12 [HUB]"]
    }
    assert client.get("/choices?table=party&role=partner&q=ada").get_json() == {"choices": []}
    assert client.get("/choices?table=account&q=a").status_code == 404
