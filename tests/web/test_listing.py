"""The list of machines: its whole state is the address; what is shown can be acted on, whole."""

import pytest
from flask import Flask

from inventory.config import Settings
from tests.conftest import World, statements
from tests.web.browser import kinds_of, sign_in, value_of, words

MOST_STATEMENTS = 5


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, public_url="https://reuse.test", page_size=3)


def fleet(world: World, count: int) -> None:
    requests = [
        world.request("received", None, None, tag=f"M-{number:02}", kind="laptop", model="Latitude", department="INF")
        for number in range(count)
    ]
    world.batch(requests)


def test_an_empty_register_says_what_belongs_here_and_how_to_begin(app: Flask, world: World) -> None:
    seen = words(sign_in(app, world).get("/machines"))
    assert "No machines on record yet" in seen and "Put a machine on record" in seen


def test_no_match_is_told_apart_from_an_empty_register(app: Flask, world: World) -> None:
    fleet(world, 2)
    assert "No machine matches" in words(sign_in(app, world).get("/machines?status=donated"))


def test_a_long_list_is_walked_page_by_page_and_back(app: Flask, world: World) -> None:
    fleet(world, 7)
    client = sign_in(app, world)
    seen, address = [], "/machines"
    for _ in range(3):
        page = client.get(address).get_data(as_text=True)
        seen += [f"M-{n:02}" for n in range(7) if f'href="/t/M-{n:02}"' in page]
        if 'rel="next"' in page:
            address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert seen == [f"M-{n:02}" for n in range(7)]
    back = page.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "M-04" in words(client.get(back))


def test_filters_stand_in_the_address_and_as_chips_that_come_off(app: Flask, world: World) -> None:
    fleet(world, 2)
    world.used_machine("U-1", location="HUB")
    page = sign_in(app, world).get("/machines?status=in_use&department=CSE")
    seen = words(page)
    assert "U-1" in seen and "M-00" not in seen
    assert "Status: In use" in seen and "Department: College of Science and Engineering" in seen
    assert 'href="/machines?department=CSE"' in page.get_data(as_text=True)


def test_a_place_may_be_typed_by_name(app: Flask, world: World) -> None:
    world.used_machine("U-1")
    world.record("moved", "U-1", location="HUB")
    client = sign_in(app, world)
    assert "U-1" in words(client.get("/machines?typed=1&location=reuse+hub"))
    answer = client.get("/machines?typed=1&location=Atlantis")
    assert answer.status_code == 422 and "There is none called" in words(answer)


@pytest.mark.parametrize("query", ["status=flying", "sort=price", "after=%%%", "bought_from=now", "waiting_days=-1"])
def test_an_address_that_cannot_be_read_is_refused_in_words(app: Flask, world: World, query: str) -> None:
    answer = sign_in(app, world).get(f"/machines?{query}")
    assert answer.status_code == 422 and "notice--danger" in answer.get_data(as_text=True)


def test_a_slip_in_a_model_s_name_still_finds_it(app: Flask, world: World) -> None:
    world.used_machine("U-1", model="Latitude 5400")
    seen = words(sign_in(app, world).get("/machines?q=lattitude"))
    assert "Showing results for “latitude”" in seen and "U-1" in seen


def test_columns_are_chosen_in_the_address(app: Flask, world: World) -> None:
    fleet(world, 1)
    client = sign_in(app, world)
    assert 'data-label="Price"' not in client.get("/machines").get_data(as_text=True)
    page = client.get("/machines?columns=tag&columns=cost").get_data(as_text=True)
    assert 'data-label="Price"' in page and 'data-label="Department"' not in page


def test_a_view_keeps_the_list_under_a_name_for_its_owner_only(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    client.post("/machines/views", data={"name": "At the hub", "query": "location=HUB&after=xyz"})
    page = client.get("/machines").get_data(as_text=True)
    assert 'href="/machines?location=HUB">At the hub' in page
    other = sign_in(app, world, "viewer")
    assert "At the hub" not in words(other.get("/machines"))
    other.post("/machines/views/1/delete")
    assert "At the hub" in words(client.get("/machines"))
    client.post("/machines/views/1/delete")
    assert "At the hub" not in words(client.get("/machines"))


def test_a_viewer_sees_the_list_and_no_way_to_record(app: Flask, world: World) -> None:
    fleet(world, 1)
    page = sign_in(app, world, "viewer").get("/machines").get_data(as_text=True)
    assert "M-00" in page and "data-select-row" not in page


def test_a_page_of_the_list_takes_few_statements(app: Flask, world: World) -> None:
    from inventory.db import db

    fleet(world, 7)
    client = sign_in(app, world)
    client.get("/machines")
    with statements(db.engine) as sent:
        assert client.get("/machines?sort=-model").status_code == 200
    assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)


def batch(**more: str) -> dict[str, str]:
    return {"batch": "b-1", "event": "moved", "location": "HUB", "when": "now", "together": "each", **more}


def test_all_that_match_are_previewed_and_nothing_is_recorded_yet(app: Flask, world: World) -> None:
    fleet(world, 7)
    client = sign_in(app, world)
    chosen = {"select_all": "1", "filters": "kind=laptop", "event": "moved"}
    page = client.post("/machines/batch/from-list", data=chosen)
    assert "Record move: 7 machines" in words(page)
    page = client.post("/machines/batch", data=batch(step="preview", tags=str(value_of(page, "tags"))))
    assert "7 will be recorded as moved" in words(page) and "0 would be refused" in words(page)
    assert kinds_of(world, "M-00") == ["received"]


def test_what_was_previewed_is_recorded_once_however_often_it_is_sent(app: Flask, world: World) -> None:
    fleet(world, 3)
    client = sign_in(app, world)
    for _ in range(2):
        page = client.post("/machines/batch", data=batch(step="record", tags="M-00\nm-01\nM-01"))
        assert "2 recorded as moved" in words(page)
    assert kinds_of(world, "M-01") == ["received", "moved"] and kinds_of(world, "M-02") == ["received"]


def test_refused_ones_are_listed_with_reasons_and_the_rest_recorded(app: Flask, world: World) -> None:
    fleet(world, 1)
    client = sign_in(app, world)
    data = batch(step="record", tags="M-00\nNOBODY", event="returned")
    page = client.post("/machines/batch", data=data)
    assert "1 recorded, 1 refused" in words(page) and "No machine bears NOBODY" in words(page)
    file = client.post("/machines/batch/refused.csv", data={"refused": str(value_of(page, "refused"))})
    assert file.get_data(as_text=True).splitlines()[0] == "tag,reason"
    assert file.get_data(as_text=True).splitlines()[1].startswith("NOBODY,")


def test_all_or_none_records_none_when_one_is_refused(app: Flask, world: World) -> None:
    fleet(world, 1)
    client = sign_in(app, world)
    data = batch(tags="M-00\nNOBODY", event="returned", together="all")
    assert "Nothing can be recorded while some are refused" in words(
        client.post("/machines/batch", data=data | {"step": "preview"})
    )
    page = client.post("/machines/batch", data=data | {"step": "record"})
    assert "Nothing was recorded" in words(page)
    assert kinds_of(world, "M-00") == ["received"]


def test_serials_and_old_tags_in_a_list_find_their_machines(app: Flask, world: World) -> None:
    world.used_machine("U-1", identifiers=[{"type": "serial", "value": "SER-9"}])
    world.record("relabelled", "U-1", tag="U-2")
    page = sign_in(app, world).post("/machines/batch", data=batch(step="record", tags="ser-9\nU-1"))
    assert "1 recorded as moved" in words(page) and kinds_of(world, "U-2")[-1] == "moved"


def test_a_list_that_is_too_long_or_empty_is_refused(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    assert client.post("/machines/batch", data=batch(step="preview", tags=" \n ")).status_code == 422
    many = "\n".join(f"X{number}" for number in range(5_001))
    answer = client.post("/machines/batch", data=batch(step="preview", tags=many))
    assert answer.status_code == 422 and "at most 5,000" in words(answer)


def test_a_cell_that_a_sheet_would_run_is_disarmed(app: Flask, world: World) -> None:
    file = sign_in(app, world).post("/machines/batch/refused.csv", data={"refused": "=cmd()\t@why"})
    assert file.get_data(as_text=True).splitlines()[1] == "'=cmd(),'@why"
