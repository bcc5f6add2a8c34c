"""Label pages: a print is previewed, recorded once, decodes to addresses that open machines; blanks are claimed."""

import re
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from inventory.accounts.permissions import ROLES, may
from inventory.config import Settings
from inventory.db import transaction
from inventory.lifecycle.models import ProjectionBasis
from inventory.register.models import BlankTag, LabelRun
from tests.conftest import World, statements
from tests.web.browser import kinds_of, sign_in, status_of, value_of, words

MOST_STATEMENTS = 6


def machines(world: World, count: int, **facts: Any) -> list[str]:
    facts = {"kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400"} | facts
    requests = [world.request("received", None, None, **facts) for _ in range(count)]
    return [result.tag for result in world.batch(requests)]


def codes(image: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    return [each.text for each in found]


def codes_of_pdf(content: bytes, dpi: int = 300) -> list[list[str]]:
    return [codes(page.render(scale=dpi / 72).to_pil()) for page in pypdfium2.PdfDocument(content)]


def opened(client: FlaskClient, address: str) -> str:
    """The path to which the address of a label leads."""
    path = address.removeprefix("HTTPS://REUSE.TEST")
    assert path != address
    return client.get(path, follow_redirects=True).request.path


def runs(world: World) -> list[LabelRun]:
    world.session.commit()
    return world.session.query(LabelRun).order_by(LabelRun.id).all()


def printed(client: FlaskClient, listed: list[str], **more: str) -> Any:
    data = {"key": "print-1", "tags": "\n".join(listed), "template": "L7160", "skip": "0"} | more
    return client.post("/labels/print", data=data)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_png_of_a_machine_decodes_at_the_printers_resolution_and_opens_it(
    app: Flask, world: World, dpi: int
) -> None:
    [tag] = machines(world, 1)
    client = sign_in(app, world)
    answer = client.get("/labels/code.png", query_string={"tag": tag, "dpi": dpi})
    assert answer.mimetype == "image/png"
    [address] = codes(Image.open(BytesIO(answer.data)))
    assert opened(client, address) == f"/t/{tag}"


@pytest.mark.browser
@pytest.mark.parametrize("shape", ["", "L7651"])
def test_the_svg_of_a_machine_decodes_when_drawn_at_print_resolution(
    app: Flask, world: World, chromium: Browser, shape: str
) -> None:
    [tag] = machines(world, 1)
    client = sign_in(app, world)
    svg = client.get("/labels/code.svg", query_string={"tag": tag, "shape": shape}).get_data(as_text=True)
    page = chromium.new_page(device_scale_factor=300 / 96)
    page.set_content(f"<body style='margin:0'>{svg}</body>")
    [address] = codes(Image.open(BytesIO(page.locator("svg").screenshot())))
    page.close()
    assert opened(client, address) == f"/t/{tag}"


def test_the_code_of_nobody_and_one_at_no_resolution_are_refused(app: Flask, world: World) -> None:
    [tag] = machines(world, 1)
    client = sign_in(app, world)
    assert client.get("/labels/code.svg?tag=NOBODY").status_code == 404
    assert client.get("/labels/code.svg").status_code == 404
    assert client.get(f"/labels/code.png?tag={tag}&dpi=72").status_code == 422
    assert client.get(f"/labels/code.png?tag={tag}&dpi=many").status_code == 422
    assert client.get(f"/labels/code.svg?tag={tag}&shape=L1").status_code == 422


def test_a_former_tag_gives_the_label_of_the_present_one(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    world.record("relabelled", "M-1", tag="N-1")
    svg = sign_in(app, world).get("/labels/code.svg?tag=M-1").get_data(as_text=True)
    assert "N-1" in svg and "M-1" not in svg


def test_the_machine_shows_its_label_and_the_way_to_print_it(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    page = sign_in(app, world).get("/t/M-1").get_data(as_text=True)
    assert 'src="/labels/code.svg?tag=M-1"' in page and 'href="/labels?tag=M-1"' in page
    page = sign_in(app, world, "viewer").get("/t/M-1").get_data(as_text=True)
    assert "/labels/code.svg" in page and "Print label" not in page


def test_a_preview_shows_the_sheet_at_true_scale_and_records_nothing(app: Flask, world: World) -> None:
    tags = machines(world, 3)
    client = sign_in(app, world)
    for page in (
        client.get("/labels", query_string={"tag": tags}),
        client.post("/labels", data={"tags": "\n".join(tags), "skip": "4"}),
    ):
        text = page.get_data(as_text=True)
        assert page.status_code == 200 and "3 labels on 1 sheet" in words(page)
        # 210 mm of paper and 10 mm of ruler.
        assert 'width="220.0mm"' in text
        # Each label on the sheet, and the first of them large.
        assert text.count('class="sheet__label"') == 4
    assert text.count("sheet__cell--used") == 4
    assert runs(world) == []


def test_all_that_match_a_filter_are_printed_from_the_list(app: Flask, world: World) -> None:
    tags = machines(world, 30)
    machines(world, 2, kind="monitor")
    client = sign_in(app, world)
    assert 'formaction="/labels"' in client.get("/machines").get_data(as_text=True)
    page = client.post("/labels", data={"select_all": "1", "filters": "kind=laptop", "event": "", "tag": tags[0]})
    assert "30 labels on 2 sheets" in words(page)
    answer = printed(client, str(value_of(page, "tags")).split())
    run = runs(world)[0]
    assert answer.status_code == 303 and answer.location == f"/labels/runs/{run.id}"
    pages = codes_of_pdf(client.get(f"/labels/runs/{run.id}/sheets.pdf").data)
    assert [len(page) for page in pages] == [21, 9]
    assert {opened(client, address) for page in pages for address in page} == {f"/t/{tag}" for tag in tags}


@pytest.mark.parametrize("template", ["L7160", "L7159", "L7163", "L7651"])
def test_every_code_of_a_sheet_decodes_at_the_coarsest_printers_resolution(
    app: Flask, world: World, template: str
) -> None:
    tags = machines(world, 12)
    client = sign_in(app, world)
    printed(client, tags, template=template, skip="2")
    [page] = codes_of_pdf(client.get(f"/labels/runs/{runs(world)[0].id}/sheets.pdf").data, 203)
    assert sorted(opened(client, address) for address in page) == sorted(f"/t/{tag}" for tag in tags)


def test_the_address_of_a_label_opens_its_machine_once_somebody_has_signed_in(app: Flask, world: World) -> None:
    from inventory.accounts.service import add_account

    world.used_machine("OLD/50%A #1")
    world.session.commit()
    with transaction(world.session):
        add_account(world.session, "sam", "Sam", "technician", "a long enough phrase", world.now)
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client()
    answer = visitor.get("/T/OLD%2F50%25A%20%231")
    assert answer.status_code == 302
    page = visitor.get(answer.location)
    assert page.status_code == 200
    target = re.search(r'name="next" value="([^"]*)"', page.get_data(as_text=True))
    assert target is not None
    from flask import g

    g.pop("account", None)
    data = {"username": "sam", "password": "a long enough phrase", "next": target[1]}
    answer = visitor.post("/sign-in", data=data)
    g.pop("account", None)
    answer = visitor.get(answer.location)
    g.pop("account", None)
    answer = visitor.get(answer.location)
    assert answer.status_code == 200 and "OLD/50%A #1" in words(answer)


def test_a_print_is_recorded_once_however_often_it_is_sent(app: Flask, world: World) -> None:
    tags = machines(world, 2)
    client = sign_in(app, world)
    first, second = printed(client, tags), printed(client, tags)
    assert first.location == second.location and len(runs(world)) == 1
    other = printed(client, tags[:1])
    assert other.status_code == 409 and "recorded already" in words(other)
    assert len(runs(world)) == 1


def test_what_cannot_be_printed_is_named_and_the_rest_goes_on(app: Flask, world: World) -> None:
    world.used_machine("A/B")
    world.used_machine("M-1")
    page = sign_in(app, world).post("/labels", data={"tags": "A/B\nM-1\nNOBODY"})
    seen = words(page)
    assert page.status_code == 200 and "2 are left out" in seen and "slashes" in seen and "NOBODY" in seen
    assert value_of(page, "tags") == "M-1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"skip": "21"}, "from 0 to 20"), ({"skip": "x"}, "not 'x'"), ({"template": "A5"}, "no label sheet"),
        ({"key": ""}, "without its key"), ({"tags": ""}, "no label to print"), ({"tags": "NOBODY"}, "No machine bears"),
    ],
)  # fmt: skip
def test_a_print_that_makes_no_sense_is_refused_in_words(
    app: Flask, world: World, change: dict[str, str], said: str
) -> None:
    tags = machines(world, 1)
    answer = printed(sign_in(app, world), tags, **change)
    assert answer.status_code in (404, 422) and said in words(answer)
    assert runs(world) == []


def test_more_than_are_printed_at_once_are_refused(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.labels.service.MOST_LABELS", 2)
    tags = machines(world, 3)
    client = sign_in(app, world)
    answer = client.post("/labels", data={"select_all": "1", "filters": ""})
    assert answer.status_code == 422 and "more than 2 labels" in words(answer)
    answer = printed(client, tags)
    assert answer.status_code == 422 and runs(world) == []


def test_a_filter_that_cannot_be_read_is_refused(app: Flask, world: World) -> None:
    answer = sign_in(app, world).post("/labels", data={"select_all": "1", "filters": "status=sunk"})
    assert answer.status_code == 422 and "no status" in words(answer)


def test_blank_labels_are_printed_scanned_and_claimed_once(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    page = client.get("/labels/blank")
    assert "first scan asks which machine" in words(page)
    answer = client.post("/labels/blank", data={"key": "b", "count": "3", "template": "L7160", "skip": "18"})
    run = runs(world)[0]
    assert answer.location == f"/labels/runs/{run.id}" and run.blank
    [addresses] = codes_of_pdf(client.get(f"/labels/runs/{run.id}/sheets.pdf").data)
    first, second, third = (address.rpartition("/")[2] for address in addresses)
    scanned = client.get(f"/T/{first}", follow_redirects=True)
    assert scanned.status_code == 404 and f"{first} is a blank label" in words(scanned)
    assert f'href="/machines/new?tag={first}"' in scanned.get_data(as_text=True)
    data = {"kind": "laptop", "tag": first, "status": "in_stock", "when": "now", "key": "n"}
    assert client.post("/machines/new?begins=registered", data=data).status_code == 303
    assert opened(client, addresses[0]) == f"/t/{first}" and status_of(world, first) == "in_stock"
    asked = client.get("/machines/claim", query_string={"label": second, "q": "M-1"}, follow_redirects=True)
    assert value_of(asked, "tag") == second
    client.post("/t/M-1/relabelled", data={"tag": second, "when": "now", "key": "r"})
    assert opened(client, addresses[1]) == f"/t/{second}" and kinds_of(world, second)[-1] == "relabelled"
    again = client.post("/machines/new?begins=registered", data=data | {"tag": second, "key": "n2"})
    assert again.status_code == 409 and "never used twice" in words(again)
    assert "2 of 3" in words(client.get(answer.location))
    world.session.commit()
    assert world.session.query(BlankTag).filter(BlankTag.claimed_at.is_(None)).one().tag_key == third


def test_a_preview_of_blank_labels_issues_nothing(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    page = client.post("/labels/blank", data={"key": "b", "count": "3", "skip": "2", "show": "1"})
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and text.count("sheet__cell--used") == 2 and text.count(">new tag<") == 3
    assert runs(world) == [] and world.session.query(BlankTag).count() == 0


@pytest.mark.parametrize("change", [{"count": "0"}, {"count": "9999999"}, {"count": "a"}, {"key": ""}, {"skip": "99"}])
def test_blank_labels_that_make_no_sense_are_refused(app: Flask, world: World, change: dict[str, str]) -> None:
    answer = sign_in(app, world).post("/labels/blank", data={"key": "b", "count": "3"} | change)
    assert answer.status_code == 422 and runs(world) == []


def test_a_run_is_listed_and_printed_again_on_another_sheet(app: Flask, world: World) -> None:
    tags = machines(world, 2)
    client = sign_in(app, world)
    printed(client, tags)
    first = runs(world)[0].id
    answer = client.post(f"/labels/runs/{first}/again", data={"key": "a", "template": "L7651", "skip": "60"})
    second = runs(world)[1]
    assert answer.location == f"/labels/runs/{second.id}" and second.reprint_of == first
    assert f"run {first} again" in words(client.get("/labels/runs"))
    [page] = codes_of_pdf(client.get(f"/labels/runs/{second.id}/sheets.pdf?outlines=1&right=5&down=-5").data)
    assert len(page) == 2
    saved = client.get(f"/labels/runs/{second.id}/sheets.pdf?save=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    refused = client.post(f"/labels/runs/{first}/again", data={"key": "c", "skip": "60"})
    assert refused.status_code == 422 and len(runs(world)) == 2


def test_a_run_that_is_not_there_is_not_found(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    for address in ("/labels/runs/7", "/labels/runs/7/sheets.pdf", f"/labels/runs/{2**80}"):
        assert client.get(address).status_code == 404
    assert client.post("/labels/runs/7/again", data={"key": "k"}).status_code == 404
    assert client.get("/labels/runs?before=x").status_code == 422
    printed(client, machines(world, 1))
    assert client.get(f"/labels/runs/{runs(world)[0].id}/sheets.pdf?right=99").status_code == 422


def test_an_empty_list_of_runs_says_what_belongs_there(app: Flask, world: World) -> None:
    assert "No labels printed yet" in words(sign_in(app, world).get("/labels/runs"))


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_print_labels_does(app: Flask, world: World, role: str) -> None:
    tags = machines(world, 1)
    client = sign_in(app, world, role)
    expected = 200 if may(role, "label") else 403
    for address in ("/labels", "/labels/blank", "/labels/runs"):
        assert client.get(address).status_code == expected
    assert (printed(client, tags).status_code == 303) == may(role, "label")
    assert len(runs(world)) == int(may(role, "label"))


class TestWithoutPublicUrl:
    """A register whose public address nobody set yet."""

    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url)

    def test_nothing_is_printed_and_each_page_says_what_to_set(self, app: Flask, world: World) -> None:
        tags = machines(world, 1)
        client = sign_in(app, world)
        for answer in (
            client.get(f"/labels/code.svg?tag={tags[0]}"),
            printed(client, tags),
            client.post("/labels/blank", data={"key": "b", "count": "3"}),
        ):
            assert answer.status_code == 422 and "set PUBLIC_URL" in words(answer)
        for address in ("/labels", f"/labels?tag={tags[0]}", "/labels/blank"):
            assert "set PUBLIC_URL" in words(client.get(address))
        assert runs(world) == [] and world.session.query(BlankTag).count() == 0

    def test_the_machine_shows_no_broken_picture(self, app: Flask, world: World) -> None:
        world.used_machine("M-1")
        page = sign_in(app, world).get("/t/M-1").get_data(as_text=True)
        assert "/labels/code.svg" not in page and "Print label" in page

    def test_the_demonstration_prints_labels_marked_as_local(self, app: Flask, world: World) -> None:
        tags = machines(world, 1)
        with transaction(world.session):
            world.session.add(ProjectionBasis(name="demo", value="1"))
        client = sign_in(app, world)
        svg = client.get(f"/labels/code.svg?tag={tags[0]}").get_data(as_text=True)
        assert "LOCAL DEMO" in svg
        assert printed(client, tags).status_code == 303
        content = client.get(f"/labels/runs/{runs(world)[0].id}/sheets.pdf").data
        assert codes_of_pdf(content) == [[f"HTTP://LOCALHOST/T/{tags[0]}"]]
        assert "LOCAL DEMO" in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
        assert "say LOCAL DEMO" in words(client.get("/labels", query_string={"tag": tags}))


def test_the_label_pages_take_few_statements_however_long_the_run(app: Flask, world: World) -> None:
    from inventory.db import db

    tags = machines(world, 40)
    client = sign_in(app, world)
    printed(client, tags)
    client.post("/labels/blank", data={"key": "b", "count": "30"})
    client.get("/labels/runs")
    for address in ("/labels/runs", f"/labels/runs/{runs(world)[1].id}", f"/labels/code.svg?tag={tags[0]}"):
        with statements(db.engine) as sent:
            assert client.get(address).status_code == 200
        assert len(sent) <= MOST_STATEMENTS, "\n".join([address, *sent])


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.browser
def test_in_a_browser_a_click_on_the_first_free_label_and_a_pdf(
    app: Flask, world: World, chromium: Browser, served: str
) -> None:
    tags = machines(world, 3)
    client = sign_in(app, world)
    app.config["WTF_CSRF_ENABLED"] = True
    cookie = client.get_cookie("session")
    assert cookie is not None
    context = chromium.new_context(viewport={"width": 1366, "height": 900})
    context.add_cookies([{"name": "session", "value": cookie.value, "url": served}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{served}/machines")
    page.locator(f"[data-select-row][value='{tags[0]}']").check()
    page.locator("[data-select-all]").check()
    page.locator(".bulk-bar").get_by_role("button", name="Print labels").click()
    expect(page.get_by_text("3 labels on 1 sheet")).to_be_visible()
    page.wait_for_load_state()  # a click before the script is there asks nothing
    page.locator("[data-place='7']").click()
    expect(page.locator(".sheet__cell--used")).to_have_count(7)
    expect(page.get_by_label("Places already used up")).to_have_value("7")
    box = page.locator("#sheet .sheet__paper").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(210 * 96 / 25.4, abs=2)
    page.get_by_role("button", name="Make the PDF").click()
    expect(page.get_by_role("heading", name="Print run")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save it").click()
    content = download.value.path().read_bytes()
    context.close()
    assert complaints == []
    [found] = codes_of_pdf(content)
    assert sorted(found) == sorted(f"HTTPS://REUSE.TEST/T/{tag}" for tag in tags)
    assert runs(world)[0].skipped == 7
