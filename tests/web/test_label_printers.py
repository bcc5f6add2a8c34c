"""Printers, the logo, test pages, second-life and ZPL labels through the pages."""

import re
from io import BytesIO

import pypdfium2
import pytest
from flask import Flask
from PIL import Image, ImageDraw
from zebrafy import ZebrafyZPL

from inventory.accounts.permissions import ROLES, may
from inventory.labels.printers import list_printers
from inventory.register.models import LabelLogo, LabelRun
from tests.conftest import World, statements
from tests.labels.printed import read
from tests.web.browser import sign_in, words

PRINTER = {"name": "Hub laser", "family": "sheet", "right": "12", "down": "-5"}


def printers(world: World) -> list[tuple[str, str, int, int]]:
    world.session.commit()
    world.session.expire_all()
    return [(each.name, each.family, each.right_tenths, each.down_tenths) for each in list_printers(world.session)]


def logo() -> tuple[BytesIO, str]:
    image = Image.new("L", (300, 100), 255)
    ImageDraw.Draw(image).ellipse((10, 10, 290, 90), fill=0)
    out = BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out, "logo.png"


def test_a_printer_is_kept_chosen_printed_with_changed_and_removed(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    assert "No printer is kept yet" in words(client.get("/labels/printers"))
    assert client.post("/labels/printers", data=PRINTER).status_code == 303
    assert printers(world) == [("Hub laser", "sheet", 12, -5)]
    number = list_printers(world.session)[0].id
    page = client.get("/labels/printers")
    assert "+1.2 mm to the right, -0.5 mm down" in words(page)
    preview = client.get(f"/labels?tag=M-1&printer={number}").get_data(as_text=True)
    # Only what the printer takes is offered.
    assert "Avery L7160" in preview and "Dymo" not in preview and "Hub laser (+1.2 / -0.5 mm)" in preview
    data = {"key": "k", "tags": "M-1", "template": "L7160", "skip": "0", "printer": str(number)}
    answer = client.post("/labels/print", data=data)
    assert "Hub laser" in words(client.get(answer.location))
    again = client.post(f"{answer.location}/again", data={"key": "a", "template": "DYMO-99012", "printer": str(number)})
    world.session.commit()
    assert again.status_code == 303 and world.session.query(LabelRun).order_by(LabelRun.id).all()[1].printer_id is None
    assert (
        client.post(f"/labels/printers/{number}", data=PRINTER | {"name": "QL", "family": "brother_ql"}).status_code
        == 303
    )
    # A printer of another kind brings the labels it takes.
    assert "Brother DK-22205" in client.get(f"/labels?tag=M-1&printer={number}&template=L7160").get_data(as_text=True)
    assert client.post(f"/labels/printers/{number}/remove").status_code == 303
    assert printers(world) == [] and client.post(f"/labels/printers/{number}/remove").status_code == 404
    assert client.get(f"/labels?tag=M-1&printer={number}").status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [({"name": ""}, "1 to 80 characters"), ({"right": "51"}, "from -50 to 50"), ({"down": "x"}, "not 'x'"),
     ({"family": "fax"}, "no kind of printer"), ({"name": "a\x00b"}, "cannot be stored")],
)  # fmt: skip
def test_a_printer_that_makes_no_sense_is_refused_and_the_form_keeps_what_was_typed(
    app: Flask, world: World, change: dict[str, str], said: str
) -> None:
    client = sign_in(app, world)
    answer = client.post("/labels/printers", data=PRINTER | change)
    assert answer.status_code == 422 and said in words(answer) and printers(world) == []
    assert 'value="12"' in answer.get_data(as_text=True) or "right" in change


def test_a_logo_is_uploaded_shown_printed_and_removed(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    assert "none uploaded yet" in words(client.get("/labels?tag=M-1"))
    assert client.post("/labels/logo", data={"logo": logo()}).status_code == 303
    assert "data:image/png;base64," in client.get("/labels/printers").get_data(as_text=True)
    preview = client.get("/labels?tag=M-1&shows_asked=1&shows=logo&shows=model").get_data(as_text=True)
    # On the sheet and on the large label.
    assert preview.count("<image ") == 2
    data = {"key": "k", "tags": "M-1", "template": "L7160", "skip": "0", "shows_asked": "1", "shows": ["logo", "bars"]}
    run = client.post("/labels/print", data=data).location
    document = pypdfium2.PdfDocument(client.get(f"{run}/sheets.pdf").data)
    assert len(list(document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) == 1
    refused = client.post("/labels/logo", data={"logo": (BytesIO(b"<svg />"), "logo.svg")})
    assert refused.status_code == 422 and "save the logo as PNG" in words(refused)
    assert client.post("/labels/logo", data={"remove": "1"}).status_code == 303
    world.session.commit()
    assert world.session.query(LabelLogo).count() == 0


def test_zebra_labels_are_a_file_of_zpl_and_no_pdf(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    client = sign_in(app, world)
    data = {"key": "k", "tags": "M-1\nM-2", "template": "ZPL-51X25-203"}
    location = client.post("/labels/print", data=data).location
    assert "Save the ZPL" in words(client.get(location))
    answer = client.get(f"{location}/labels.zpl")
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.data.count(b"^XA") == 2
    images = ZebrafyZPL(answer.get_data(as_text=True)).to_images()
    assert [read(image.convert("L"))[0][0] for image in images] == [f"HTTPS://REUSE.TEST/T/M-{n}" for n in (1, 2)]
    wrong = client.get(f"{location}/sheets.pdf")
    assert wrong.status_code == 404 and "labels.zpl" in words(wrong)


def test_second_life_labels_are_previewed_and_others_named_with_the_reason(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    world.record("donated", "M-1", "2018-03-01", partner="remakery")
    world.used_machine("M-2")
    page = sign_in(app, world).get("/labels?tag=M-1&tag=M-2&wording=second_life&template=L7163")
    assert "Donated by University of Testing, 1 Mar 2018." in words(page)
    assert "1 is left out" in words(page) and "M-2 gets no second-life label: it is in use" in words(page)


def test_what_has_no_room_is_told_before_it_is_printed(app: Flask, world: World) -> None:
    for tag in ("M-1", "UOE-LAPTOP-00123"):
        world.used_machine(tag)
    client = sign_in(app, world)
    page = client.get("/labels?tag=UOE-LAPTOP-00123&template=L7651&shows_asked=1&shows=bars&shows=model")
    assert "No room on this label for the Code 128 (its bars would be narrower than 0.25 mm)" in words(page)
    tiny = words(client.get("/labels?tag=M-1&template=L4731"))
    assert "It holds the tag alone" in tiny and "a twentieth" in tiny


def test_what_was_printed_last_is_offered_again(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    assert "A specimen" in words(client.get("/labels"))
    data = {"key": "k", "tags": "M-1", "template": "DK-11209", "shows_asked": "1", "shows": ["serial"]}
    assert client.post("/labels/print", data=data).status_code == 303
    page = client.get("/labels").get_data(as_text=True)
    assert re.search(r'<option value="DK-11209" selected', page)
    assert re.findall(r'name="shows" value="(\w+)" id="[\w-]+" checked', page) == ["serial"]
    assert "Printed lately" in page and 'name="skip"' not in page


@pytest.mark.parametrize("template", ["L7160", "DK-11201", "ZPL-57X32-300"])
def test_the_test_page_of_a_template_is_a_file(app: Flask, world: World, template: str) -> None:
    answer = sign_in(app, world).get("/labels/calibration", query_string={"template": template})
    assert answer.status_code == 200
    assert answer.data[:3] in (b"%PD", b"^XA") and template in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", ROLES)
def test_printers_are_for_who_prints_and_the_logo_for_administrators(app: Flask, world: World, role: str) -> None:
    client = sign_in(app, world, role)
    prints, rules = may(role, "label"), may(role, "administer")
    for address in ("/labels/printers", "/labels/calibration"):
        assert client.get(address).status_code == (200 if prints else 403)
    assert client.post("/labels/printers", data=PRINTER).status_code == (303 if prints else 403)
    assert client.post("/labels/logo", data={"logo": logo()}).status_code == (303 if rules else 403)


def test_the_label_pages_take_few_statements_whatever_is_shown(app: Flask, world: World) -> None:
    from inventory.db import db

    for number in range(25):
        world.clean_machine(f"M-{number}") if number < 4 else world.used_machine(f"M-{number}")
    client = sign_in(app, world)
    client.post("/labels/printers", data=PRINTER)
    client.get("/labels")
    tags = "&".join(f"tag=M-{number}" for number in range(25))
    everything = "shows_asked=1&" + "&".join(
        f"shows={key}" for key in ("model", "serial", "department", "logo", "bars")
    )
    for address, most in (
        ("/labels/printers", 4), ("/labels", 9), (f"/labels?{tags}", 10), (f"/labels?{tags}&{everything}", 12),
        (f"/labels?{tags}&wording=second_life", 11), ("/labels/calibration", 3),
    ):  # fmt: skip
        with statements(db.engine) as sent:
            assert client.get(address).status_code == 200
        assert len(sent) <= most, "\n".join([address, *sent])
