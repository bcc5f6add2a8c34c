"""Imports in the browser: each step a page, problems first, a job that can be cut off and started again."""

import io
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from inventory.importers import jobs
from inventory.importers.models import ImportJob, SavedMapping
from inventory.lifecycle.models import LifecycleEvent
from inventory.register.models import Asset, Party
from tests.conftest import World
from tests.web.browser import sign_in, words

GOOD = "Asset tag,Type,Make,Serial number,State,Dept\nA-1,Laptop,Dell,S1,In use,INF\nA-2,Desktop,HP,S2,In stock,INF\n"
MIXED = GOOD + "A-3,Laptop,Dell,S3,Vanished,INF\nA-4,Laptop,=cmd(),S4,Vanished,INF\n"


@pytest.fixture
def at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on a job within the request that starts it."""

    def spawn(settings: object, instance: object, uid: str) -> None:
        answer = app.test_cli_runner().invoke(args=["import-job", uid])
        assert answer.exit_code == 0, answer.output

    monkeypatch.setattr(jobs, "spawn", spawn)


def upload(client: FlaskClient, text: str | bytes, name: str = "kit.csv") -> str:
    """Upload and give the job's address."""
    content = text.encode() if isinstance(text, str) else text
    answer = client.post("/imports", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, words(answer)
    return answer.location


def check(client: FlaskClient, address: str, **more: object) -> TestResponse:
    """Send the columns as the page shows them, with *more*."""
    page = client.get(f"{address}/columns").get_data(as_text=True)
    fields: dict[str, object] = {
        name: (match[1] if (match := re.search(r'<option value="([^"]*)" selected', body)) else "")
        for name, body in re.findall(r'<select[^>]*name="(c\d+)"[^>]*>(.*?)</select>', page, re.S)
    }
    fields |= {"whole": "1", "together": "all", "create": ["departments", "places", "people"], "action": "check"}
    return client.post(f"{address}/columns", data=fields | more, follow_redirects=True)


def assets(world: World) -> list[str]:
    world.session.commit()
    return list(world.session.scalars(select(Asset.tag).order_by(Asset.tag_key)))


@pytest.mark.usefixtures("at_once")
def test_a_file_goes_from_upload_to_the_register_in_three_steps(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, GOOD)
    page = client.get(address)
    assert "Any table, with columns you map" in words(page) and "cells parted by commas" in words(page)
    assert "In stock" in words(page)
    seen = words(check(client, address))
    assert "2 new machines" in seen and "0 rows refused" in seen and "registered" in seen
    assert assets(world) == []
    seen = words(client.post(f"{address}/run", follow_redirects=True))
    assert "2 machines recorded" in seen
    assert assets(world) == ["A-1", "A-2"]
    assert "Imported" in words(client.get("/imports"))


@pytest.mark.usefixtures("at_once")
def test_problems_come_first_and_the_refused_rows_come_back_as_a_file_that_imports_when_mended(
    app: Flask, world: World
) -> None:
    client = sign_in(app, world)
    address = upload(client, MIXED)
    seen = words(check(client, address))
    assert "2 rows refused" in seen
    assert seen.index("Status is no status known here") < seen.index("registered")
    assert "Import the 2 right rows" in seen
    with client.get(f"{address}/refused.csv") as answer:
        text = answer.get_data(as_text=True)
        assert answer.headers["Content-Disposition"].endswith('"kit refused.csv"')
    assert "A-3" in text and "no status known" in text and ",'=cmd()," in text and "A-1" not in text
    seen = words(client.post(f"{address}/run", data={"together": "each"}, follow_redirects=True))
    assert "2 machines recorded" in seen and "2 rows refused" in seen
    mended = upload(client, text.replace("Vanished", "Missing"), "mended.csv")
    check(client, mended)
    client.post(f"{mended}/run")
    assert assets(world) == ["A-1", "A-2", "A-3", "A-4"]


@pytest.mark.usefixtures("at_once")
def test_all_or_none_imports_nothing_while_a_row_is_refused(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, MIXED)
    check(client, address)
    seen = words(client.post(f"{address}/run", data={"together": "all"}, follow_redirects=True))
    assert "Nothing was imported" in seen and "2 rows are refused" in seen
    assert assets(world) == []
    assert world.session.scalar(select(func.count()).select_from(LifecycleEvent)) == 0


@pytest.mark.usefixtures("at_once")
def test_an_ambiguous_date_is_asked_about_and_the_answer_is_used(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, "Asset tag,State,Purchased\nD-1,In use,03/04/2020\n")
    seen = words(check(client, address))
    assert "03/04/2020" in seen and "Answer it below" in seen
    assert "1 new machine" in words(check(client, address, date_order="dmy"))
    client.post(f"{address}/run")
    world.session.commit()
    assert str(world.session.scalar(select(Asset.purchase_date))) == "2020-04-03"


@pytest.mark.usefixtures("at_once")
def test_a_word_of_the_file_can_be_given_a_meaning(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, MIXED)
    seen = words(check(client, address, words="status: Vanished = missing\nnonsense"))
    assert "4 new machines" in seen and "0 rows refused" in seen
    assert "status: Vanished = missing" in client.get(f"{address}/columns").get_data(as_text=True)


@pytest.mark.usefixtures("at_once")
def test_columns_are_saved_under_a_name_and_used_for_another_file(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, "Etikett,Zustand\nE-1,In use\n")
    answer = check(client, address, c0="tag", c1="status", action="save", mapping_name="Our labels")
    assert "saved as “Our labels”" in words(answer)
    again = check(client, address, c0="tag", c1="status", action="save", mapping_name="Our labels")
    assert "saved as" in words(again)
    world.session.commit()
    number = world.session.scalars(select(SavedMapping.id)).one()
    other = upload(client, "Etikett,Zustand\nE-2,In stock\n")
    client.post(f"{other}/columns", data={"action": "apply", "saved": str(number)})
    assert "1 new machine" in words(check(client, other))
    answer = client.post(f"{other}/columns", data={"action": "apply", "saved": "999"})
    assert answer.status_code == 422 and "Choose one of the saved columns" in words(answer)


def test_a_name_that_is_empty_saves_nothing(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    answer = check(client, upload(client, GOOD), action="save", mapping_name="  ")
    assert answer.status_code == 422 and "at most 80 characters" in words(answer)
    world.session.commit()
    assert world.session.scalars(select(SavedMapping)).all() == []


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.csv", "The file is empty"),
        (b"\x00\x01\x02\x03" * 50, "noise.bin", ""),
        (b"PK\x03\x04 no workbook at all", "broken.xlsx", ""),
        (b"First Name,Last Name,Email,Username,Activated,Employee Number\na,b,c,d,1,2\n", "u.csv", "list of users"),
        (b"record,tag,hash,data\nexport,,,{}\n", "whole.csv", "flask import own"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_so_in_a_sentence(
    app: Flask, world: World, content: bytes, name: str, sentence: str
) -> None:
    client = sign_in(app, world)
    answer = client.get(upload(client, content, name))
    assert answer.status_code in (400, 422)
    assert sentence in words(answer) and "Upload another file" in words(answer)
    assert client.post(f"{answer.request.path}/run").status_code == 409
    assert assets(world) == []


def test_an_upload_without_a_file_is_refused_in_words(app: Flask, world: World) -> None:
    answer = sign_in(app, world).post("/imports", data={})
    assert answer.status_code == 422 and "Choose a file first" in words(answer)


@pytest.mark.parametrize("role", ["technician", "viewer"])
def test_a_role_without_the_permission_sees_and_imports_nothing(app: Flask, world: World, role: str) -> None:
    client = sign_in(app, world, role)
    assert client.get("/imports").status_code == 403
    assert client.post("/imports", data={"file": (io.BytesIO(b"a,b\n"), "x.csv")}).status_code == 403
    assert 'href="/imports"' not in client.get("/machines").get_data(as_text=True)


@pytest.mark.parametrize("uid", ["0" * 32, "..", "x" * 500, "a" * 31 + "/"])
def test_an_import_that_does_not_exist_is_not_found(app: Flask, world: World, uid: str) -> None:
    client = sign_in(app, world)
    for path in ("", "/columns", "/progress", "/refused.csv"):
        assert client.get(f"/imports/{uid}{path}").status_code in (404, 308)


def test_a_job_whose_process_was_killed_is_shown_as_broken_off_and_can_be_started_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(app, world)
    address = upload(client, GOOD)
    monkeypatch.setattr(jobs, "spawn", lambda *rest: None)
    seen = words(check(client, address))
    assert "The work was broken off" in seen and "Start again" in seen
    assert "Broken off" in words(client.get("/imports"))
    state = client.get(f"{address}/progress", headers={"Accept": "application/json"}).get_json()
    assert state["location"] == address


@pytest.mark.usefixtures("at_once")
def test_a_done_import_is_not_run_twice_and_its_file_can_be_deleted(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, GOOD)
    check(client, address)
    client.post(f"{address}/run")
    answer = client.post(f"{address}/run")
    assert answer.status_code == 409 and "This import is done" in words(answer)
    folder = jobs.Folder.of(app.instance_path, address.rpartition("/")[2])
    assert folder.upload.exists()
    assert "The file is deleted" in words(client.post(f"{address}/delete", follow_redirects=True))
    assert not folder.path.exists() and assets(world) == ["A-1", "A-2"]


def wait(client: FlaskClient, address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = client.get(f"{address}/progress", headers={"Accept": "application/json"}).get_json()
        if "location" in state:
            return
        time.sleep(0.2)
    raise AssertionError("the job did not end")


def test_the_work_is_done_by_a_process_of_its_own_that_outlives_the_request(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    address = upload(client, GOOD)
    page = client.post(f"{address}/columns", data={"action": "check", "whole": "0"})
    assert page.status_code == 303
    seen = client.get(address)
    assert 'http-equiv="refresh"' in seen.get_data(as_text=True) or "new machines" in words(seen)
    wait(client, address)
    assert "2 new machines" in words(client.get(address))
    client.post(f"{address}/run")
    wait(client, address)
    assert "2 machines recorded" in words(client.get(address))
    assert assets(world) == ["A-1", "A-2"]


def test_a_killed_process_leaves_nothing_behind_and_the_import_comes_in_whole_when_started_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(app, world)
    rows = "".join(f"K-{number},Laptop,Dell,KS{number},In use,Person {number % 50}\n" for number in range(9_000))
    address = upload(client, "Asset tag,Type,Make,Serial number,State,Custodian\n" + rows)
    uid = address.rpartition("/")[2]
    started: list[int] = []
    popen = jobs.subprocess.Popen

    def remember(*args: object, **kw: object) -> object:
        process = popen(*args, **kw)  # type: ignore[call-overload]
        started.append(process.pid)
        return process

    monkeypatch.setattr(jobs.subprocess, "Popen", remember)
    check(client, address)
    wait(client, address, 120)
    assert "9,000 new machines" in words(client.get(address))
    client.post(f"{address}/run")
    folder = jobs.Folder.of(app.instance_path, uid)
    until = time.monotonic() + 60
    while folder.progress()[0] < 2_000 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(started[-1], signal.SIGKILL)
    until = time.monotonic() + 20
    while folder.held() and time.monotonic() < until:
        time.sleep(0.05)
    assert "broken off" in words(client.get(address))
    assert assets(world) == []
    assert world.session.scalar(select(func.count()).select_from(Party).where(Party.role == "custodian")) == 1
    client.post(f"{address}/run")
    wait(client, address, 120)
    assert len(assets(world)) == 9_000


def test_a_list_is_exported_as_it_is_filtered_and_imports_again_without_a_change(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.used_machine("U-1", location="HUB", notes="two\nlines, and a = sign", purchase_cost="12.50", currency="GBP")
    world.record("received", None, "2020-01-01", tag="=R-1", kind="monitor", mass_g=4200, manufacturer="+Plus")
    client = sign_in(app, world)
    assert 'href="/machines.csv?status=in_use"' in client.get("/machines?status=in_use").get_data(as_text=True)
    only = client.get("/machines.csv?status=in_use").get_data(as_text=True)
    assert "U-1" in only and "R-1" not in only
    whole = client.get("/machines.csv").get_data()
    assert b"'=R-1" in whole and b"'+Plus" in whole
    for extra in ({}, {"update_by": "tag"}):
        address = upload(client, whole, "machines.csv")

        def spawn(settings: object, instance: object, uid: str) -> None:
            assert app.test_cli_runner().invoke(args=["import-job", uid]).exit_code == 0

        monkeypatch.setattr(jobs, "spawn", spawn)
        seen = words(check(client, address, **extra))
        assert "2 on record already" in seen and "Our own export" in words(client.get(f"{address}/columns"))
        assert "There is nothing to import" in seen


def test_the_export_of_a_list_refuses_a_filter_that_cannot_be_read(app: Flask, world: World) -> None:
    assert sign_in(app, world).get("/machines.csv?bought_from=yesterday").status_code == 422


@pytest.fixture
def address(app: Flask, world: World) -> Iterator[str]:
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    import threading

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_a_person_brings_in_a_file_with_errors_and_takes_the_refused_rows_home(
    app: Flask, world: World, chromium: object, address: str, tmp_path: Path
) -> None:
    from inventory.accounts.service import set_password
    from inventory.db import transaction

    with transaction(world.session) as db:
        set_password(db, world.account, "four unrelated words here")
    file = tmp_path / "basement.csv"
    file.write_text(MIXED)
    page = chromium.new_page(base_url=address, viewport={"width": 1366, "height": 900})  # type: ignore[attr-defined]
    shots = Path(os.environ["SHOTS"]) if os.environ.get("SHOTS") else None

    def look(name: str) -> None:
        if shots:
            for width in (390, 1366):
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=shots / f"{name}-{width}.png", full_page=True)

    try:
        page.goto("/imports")
        page.get_by_label("User name").fill("tess")
        page.get_by_label("Password").fill("four unrelated words here")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("File").set_input_files(file)
        look("1-upload")
        page.get_by_role("button", name="Upload the file").click()
        page.get_by_label("What “State” is").wait_for()
        assert page.get_by_label("What “State” is").input_value() == "status"
        look("2-columns")
        page.get_by_role("button", name="Check every row").click()
        page.get_by_text("what will become of each row").wait_for(timeout=60_000)
        assert "2" in page.get_by_text("rows refused").inner_text() or page.get_by_text("rows refused").is_visible()
        look("3-preview")
        page.get_by_role("button", name="Import the 2 right rows").click()
        page.get_by_text("2 machines recorded").wait_for(timeout=60_000)
        look("4-result")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download the refused rows").click()
        text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        assert "A-3" in text and "no status known" in text and "A-1" not in text
    finally:
        page.close()
    assert assets(world) == ["A-1", "A-2"]


def test_the_state_of_a_job_is_kept_in_its_row(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    upload(client, GOOD, "folder/a\x07b.csv")
    world.session.commit()
    job = world.session.scalars(select(ImportJob)).one()
    assert (job.state, job.filename, len(job.sha256)) == ("uploaded", "a b.csv", 64)
