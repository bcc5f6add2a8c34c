"""The scan page loses no scan, sends none twice under two keys, and never stands in the way."""

import threading

import pytest
from playwright.sync_api import expect

from tests.static import pages

pytestmark = pytest.mark.browser

SCAN = """{% extends "base.html" %}{% import "_macros/scan.html" as scan %}
{% block title %}Scan{% endblock %}{% block page_class %}page-scan{% endblock %}
{% block content %}<h1>Scan</h1>{{ scan.mode_card('returned to hub') }}
{{ scan.scan_form('/scan', 'key-of-the-server', {'event': 'returned'}, owner=owner) }}
{{ scan.connection_line() }}{{ scan.answer() }}{{ scan.session_list([]) }}{% endblock %}"""


@pytest.fixture
def scanning(site, page):
    site.pages["/scan"] = pages.render(SCAN, owner="a1")
    page.goto(f"{site.address}/scan")
    expect(page.locator("[data-scan-connection]")).to_contain_text("Connected")
    return page


def scan(page, tag):
    page.keyboard.type(tag)
    page.keyboard.press("Enter")


def rows(page):
    return page.locator("[data-scan-list] > li")


def tally(page):
    return page.locator("[data-scan-tally]")


def test_a_scan_is_answered_listed_and_counted_and_the_field_is_ready_again(site, scanning):
    scan(scanning, "ED-3K7Q-P")
    expect(tally(scanning)).to_have_text("1")
    expect(scanning.locator("[data-scan-answer]")).to_contain_text("Returned")
    expect(rows(scanning)).to_have_count(1)
    expect(scanning.locator("#scan-tag")).to_be_focused()
    expect(scanning.locator("#scan-tag")).to_have_value("")
    assert site.posts[0]["event"] == "returned"
    assert site.posts[0]["csrf_token"] == "token-of-the-page"


def test_each_scan_has_a_key_of_its_own(site, scanning):
    for tag in ("A-1", "A-1"):
        scan(scanning, tag)
    expect(tally(scanning)).to_have_text("2")
    assert len({sent["key"] for sent in site.posts}) == 2


def test_a_refusal_shows_its_reason_and_counts_nothing(site, scanning):
    site.answer = lambda sent: (
        409,
        {"outcome": "refused", "tag": sent["tag"], "headline": "Refused", "words": "It is already donated."},
    )
    scan(scanning, "ED-3K7Q-P")
    expect(scanning.locator("[data-scan-answer]")).to_contain_text("It is already donated.")
    expect(scanning.locator("[data-scan-answer]")).to_have_class("scan-answer scan-answer--refused")
    expect(tally(scanning)).to_have_text("0")


def test_scans_made_while_one_is_under_way_wait_their_turn_and_keep_their_order(site, scanning):
    gate = threading.Event()
    plain = site.answer
    site.answer = lambda sent: (gate.wait(5), plain(sent))[1]
    for tag in ("A-1", "A-2", "A-3"):
        scan(scanning, tag)
    expect(scanning.locator("[data-scan-connection]")).to_contain_text("3 waiting")
    gate.set()
    expect(tally(scanning)).to_have_text("3")
    assert [sent["tag"] for sent in site.posts] == ["A-1", "A-2", "A-3"]


def test_a_scan_whose_answer_was_lost_is_sent_again_under_the_same_key(site, scanning):
    plain = site.answer
    site.answer = lambda sent: None
    scan(scanning, "A-1")
    expect(scanning.locator("[data-scan-connection]")).to_contain_text("1 waiting")
    site.answer = plain
    expect(tally(scanning)).to_have_text("1", timeout=8000)
    expect(rows(scanning)).to_have_count(1)
    assert len(site.posts) >= 2
    assert len({sent["key"] for sent in site.posts}) == 1


def test_a_scan_that_waits_outlives_the_page(site, scanning):
    plain = site.answer
    site.answer = lambda sent: None
    scan(scanning, "A-1")
    expect(scanning.locator("[data-scan-connection]")).to_contain_text("No connection")
    site.answer = plain
    scanning.reload()
    expect(tally(scanning)).to_have_text("1")


def test_a_scan_that_waits_is_not_sent_in_the_name_of_somebody_else(site, scanning):
    plain = site.answer
    site.answer = lambda sent: None
    scan(scanning, "A-1")
    expect(scanning.locator("[data-scan-connection]")).to_contain_text("No connection")
    site.answer = plain
    sent_before = len(site.posts)
    site.pages["/scan"] = pages.render(SCAN, owner="b2")
    scanning.reload()
    expect(scanning.locator("[data-scan-connection]")).to_contain_text("1 more wait")
    assert len(site.posts) == sent_before


def test_when_the_session_ended_the_scan_is_kept_and_the_line_says_so(site, scanning):
    site.answer = lambda sent: (401, {"title": "Sign in first"})
    scan(scanning, "A-1")
    expect(scanning.locator("[data-scan-connection]")).to_contain_text("sign in. 1 waiting")
    assert scanning.evaluate("JSON.parse(localStorage.getItem('scans-waiting')).length") == 1


def test_an_empty_scan_is_no_scan(site, scanning):
    scanning.locator("#scan-tag").evaluate("field => field.removeAttribute('required')")
    scan(scanning, "   ")
    scan(scanning, "A-1")
    expect(tally(scanning)).to_have_text("1")
    assert [sent["tag"] for sent in site.posts] == ["A-1"]


def test_a_scanner_that_types_outside_of_the_field_is_heard(site, scanning):
    scanning.locator("#scan-tag").blur()
    scan(scanning, "ED-3K7Q-P")
    expect(tally(scanning)).to_have_text("1")
    assert site.posts[0]["tag"] == "ED-3K7Q-P"
