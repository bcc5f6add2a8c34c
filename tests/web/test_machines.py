"""The machine page: looking records nothing, and everything that matters stands on it."""

from typing import Any

from flask import Flask
from sqlalchemy import Engine

from inventory.accounts.models import Account
from tests.conftest import World, statements
from tests.web.browser import kinds_of, sign_in, words

MOST_STATEMENTS = 10


def test_looking_at_a_machine_records_nothing(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    assert client.get("/t/M-1").status_code == 200
    assert kinds_of(world, "M-1") == ["received", "deployed"]


def test_the_first_lines_say_what_it_is_where_it_stands_and_who_has_it(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    seen = words(sign_in(app, world).get("/t/M-1"))
    for word in ("M-1", "Laptop, Dell Latitude 5400", "In use", "Ada Byron", "School of Informatics"):
        assert word in seen


def test_a_tag_is_read_in_any_case_and_from_the_printed_address(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    for address in ("/t/m-1", "/T/M-1", "/lookup?q=m-1", "/lookup?q=HTTPS://REUSE.TEST/T/M-1"):
        answer = client.get(address, follow_redirects=True)
        assert answer.request.path == "/t/M-1", address
        assert "another name" not in words(answer)


def test_a_serial_opens_its_machine_and_says_by_what_name(app: Flask, world: World) -> None:
    world.used_machine("M-1", identifiers=[{"type": "serial", "value": "5CD1234"}])
    answer = sign_in(app, world).get("/lookup?q=5cd1234", follow_redirects=True)
    assert answer.request.path == "/t/M-1"
    assert "5CD1234 is another name of this machine" in words(answer)


def test_an_old_tag_leads_to_the_machine_that_bore_it(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("relabelled", "M-1", tag="N-1")
    answer = sign_in(app, world).get("/t/M-1", follow_redirects=True)
    assert answer.request.path == "/t/N-1"
    assert "M-1 is another name of this machine; its tag is N-1" in words(answer)


def test_a_tag_with_a_slash_has_a_page_and_forms(app: Flask, world: World) -> None:
    world.used_machine("OLD/12 A")
    client = sign_in(app, world)
    assert client.get("/t/OLD%2F12%20A").status_code == 200
    assert client.post("/t/OLD%2F12%20A/returned", data={"when": "now"}).status_code == 303
    assert kinds_of(world, "OLD/12 A")[-1] == "returned"


def test_two_machines_of_one_serial_are_both_offered(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag, identifiers=[{"type": "serial", "value": "TWIN"}])
    seen = words(sign_in(app, world).get("/lookup?q=twin"))
    assert "2 machines answer to TWIN" in seen and "M-1" in seen and "M-2" in seen


def test_an_unknown_tag_names_what_is_near_and_offers_to_register_it(app: Flask, world: World) -> None:
    tag = world.record("received", None, "2020-01-01", kind="laptop").tag
    wrong = tag[:3] + ("3" if tag[3] == "2" else "2") + tag[4:]
    answer = sign_in(app, world).get(f"/t/{wrong}")
    seen = words(answer)
    assert answer.status_code == 404
    assert f"No machine bears {wrong}" in seen and tag in seen
    assert f"/machines/new?tag={wrong}" in answer.get_data(as_text=True)


def test_a_viewer_is_not_offered_to_register(app: Flask, world: World) -> None:
    answer = sign_in(app, world, "viewer").get("/t/ED-2222-2")
    assert answer.status_code == 404
    assert "/machines/new" not in answer.get_data(as_text=True)


def test_a_blank_label_may_be_claimed_or_put_on_a_machine(app: Flask, world: World) -> None:
    from inventory.db import transaction
    from inventory.register.issuing import issue_blank_tags

    world.used_machine("M-1")
    with transaction(world.session):
        [label] = issue_blank_tags(world.session, "ED", 1, "run-1", world.now)
    client = sign_in(app, world)
    answer = client.get(f"/t/{label}")
    assert f"{label} is a blank label" in words(answer)
    answer = client.get("/machines/claim", query_string={"label": label, "q": "m-1"}, follow_redirects=True)
    assert answer.request.path == "/t/M-1/relabelled"
    assert f'value="{label}"' in answer.get_data(as_text=True)
    client.post("/t/M-1/relabelled", data={"tag": label, "when": "now"})
    assert client.get(f"/t/{label}").status_code == 200


def test_only_what_is_possible_from_here_is_offered(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    page = sign_in(app, world).get("/t/M-1").get_data(as_text=True)
    assert "/t/M-1/returned" in page and "/t/M-1/moved" in page
    assert "/t/M-1/donated" not in page and "/t/M-1/deployed" not in page


def test_only_what_this_person_may_record_is_offered(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    page = sign_in(app, world, "auditor").get("/t/M-1")
    assert "/t/M-1/returned" not in page.get_data(as_text=True)
    assert "Nothing that your role may record" in words(page)


def test_an_unclean_drive_is_told_in_words_and_shuts_the_door(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2020-01-02")
    world.record("inspected", "M-1", "2020-01-03", functional="working", cosmetic="A")
    page = sign_in(app, world).get("/t/M-1")
    assert "Why it may not leave Drive D-M-1 has no accepted wipe" in words(page)
    assert "/t/M-1/passed_for_reuse" not in page.get_data(as_text=True)


def test_a_clean_machine_may_leave(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    page = sign_in(app, world).get("/t/M-1")
    assert "Why it may not leave" not in words(page)
    assert "/t/M-1/donated" in page.get_data(as_text=True)


def test_a_corrected_line_stays_readable_with_its_reason(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("moved", "M-1", key="wrong", location="AT-5.01")
    world.correct("M-1", "wrong", reason="scanned the wrong room")
    page = sign_in(app, world).get("/t/M-1")
    assert "<s>Moved</s>" in page.get_data(as_text=True)
    assert "Central, Appleton Tower, 5.01" in words(page)
    assert "scanned the wrong room" in words(page)
    assert "/lines/wrong/correct" not in page.get_data(as_text=True)


def test_a_late_line_says_when_it_was_recorded(app: Flask, world: World) -> None:
    world.used_machine("M-1", at="2016-01-10")
    assert "10 Jan 2016" in (seen := words(sign_in(app, world).get("/t/M-1")))
    assert "recorded 23 Nov 2026" in seen


def test_a_merged_record_leads_to_the_one_that_goes_on(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.used_machine("M-2")
    world.record("merged", "M-2", into="M-1")
    page = sign_in(app, world).get("/t/M-2")
    assert "This record was merged into M-1" in words(page)
    assert 'href="/t/M-1"' in page.get_data(as_text=True)


def test_the_page_takes_few_statements_however_long_the_life(app: Flask, world: World) -> None:
    from inventory.db import db

    world.clean_machine("M-1", location="HUB")
    for number in range(20):
        world.record("moved", "M-1", location="HUB" if number % 2 else "AT-5.01")
    client = sign_in(app, world)
    client.get("/t/M-1")
    engine: Engine = db.engine
    with statements(engine) as sent:
        assert client.get("/t/M-1").status_code == 200
    assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)


def test_words_of_a_machine_are_shown_as_text_not_as_markup(app: Flask, world: World) -> None:
    world.used_machine("M-1", model="<script>alert(1)</script>", notes="<b>bold</b>")
    page = sign_in(app, world).get("/t/M-1").get_data(as_text=True)
    assert "<script>alert(1)" not in page and "<b>bold" not in page


def test_nobody_who_is_not_signed_in_sees_a_machine(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.session.commit()
    answer = app.test_client().get("/t/M-1")
    assert answer.status_code == 302 and "Latitude" not in answer.get_data(as_text=True)


def test_an_account_that_was_closed_sees_nothing(app: Flask, world: World, session: Any) -> None:
    client = sign_in(app, world, "viewer")
    session.query(Account).filter_by(username="viewer").update({"active": False})
    session.commit()
    assert client.get("/t/M-1").status_code == 302


def test_a_part_of_a_form_without_a_name_is_refused_not_a_fault(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    body = "--x\r\nContent-Disposition: form-data\r\n\r\nnobody\r\n--x--\r\n"
    answer = client.post("/machines/new", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400
