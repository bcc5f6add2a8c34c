"""The first start: no account leads to the set-up, which makes one and is then gone."""

from typing import Any

import pytest

from tests.browser.conftest import PASSWORD, Site, picture, sign_in

pytestmark = pytest.mark.browser


def test_an_empty_register_leads_to_the_set_up_and_then_to_its_dashboard(site: Site, open_page: Any) -> None:
    page = open_page(site.address + "/machines")
    assert page.url == site.address + "/setup"
    picture(page, "set-up")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Your name").or_(page.get_by_label("Name", exact=True)).first.fill("Ada Byron")
    passwords = page.locator("input[type=password]")
    passwords.nth(0).fill(PASSWORD)
    passwords.nth(1).fill("something else")
    page.locator("main form button[type=submit]").click()
    assert "The two passwords differ" in page.inner_text("main")
    page.locator("input[type=password]").nth(0).fill(PASSWORD)
    page.locator("input[type=password]").nth(1).fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(site.address + "/")
    assert "The first account is made" in page.inner_text("main")
    assert page.goto(site.address + "/setup").status == 404


def test_a_wrong_password_is_told_and_the_right_one_leads_where_one_wanted_to_go(site: Site, open_page: Any) -> None:
    site.account("tom", "technician")
    page = open_page(site.address + "/machines?status=returned")
    picture(page, "sign-in")
    page.get_by_label("User name").fill("tom")
    page.get_by_label("Password").fill("wrong")
    page.locator("main").get_by_role("button", name="Sign in").click()
    assert page.locator("[role=alert]").is_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(site.address + "/machines?status=returned")


def test_signing_out_ends_the_session(site: Site, open_page: Any) -> None:
    site.account("tom", "technician")
    page = open_page()
    sign_in(page, site)
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(site.address + "/machines")
    assert "/sign-in" in page.url
