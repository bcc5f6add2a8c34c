"""The page that offers the certificate of the server's own authority, to anybody, and only where there is one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from flask import Flask

from inventory.config import ca_folder
from inventory.local_ca import Host, prepare
from tests.conftest import NOW
from tests.web.browser import words


@pytest.fixture
def site(app: Flask) -> Flask:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], local_https=True)
    return app


@pytest.fixture
def folder(site: Flask) -> Path:
    return ca_folder(Path(site.instance_path))


def test_anybody_loads_the_certificate_and_compares_its_fingerprint(site: Flask, folder: Path) -> None:
    prepared = prepare(folder, "University of Somewhere", Host("desk"), NOW)
    client = site.test_client()
    loaded = client.get("/trust/ca.crt")
    assert loaded.status_code == 200 and loaded.mimetype == "application/x-x509-ca-cert"
    assert x509.load_pem_x509_certificates(loaded.data) == [
        x509.load_pem_x509_certificate(prepared.ca_file.read_bytes())
    ]
    page = client.get("/trust")
    assert page.status_code == 200
    assert prepared.fingerprint.replace(":", "") in words(page).replace(":", "").replace(" ", "")
    assert "ICT inventory on desk" in words(page) and all(
        name in words(page) for name in ("Android", "iPhone", "Windows", "Mac", "Linux")
    )
    assert b"PRIVATE" not in page.data + loaded.data


def test_what_is_served_by_the_authority_forces_no_browser_to_https_for_ever(site: Flask, folder: Path) -> None:
    prepare(folder, "U", Host("desk"), NOW)
    own = site.test_client().get("/trust", base_url="https://localhost")
    assert own.status_code == 200 and "Strict-Transport-Security" not in own.headers
    site.config["SETTINGS"] = replace(site.config["SETTINGS"], local_https=False)
    assert "Strict-Transport-Security" in site.test_client().get("/trust", base_url="https://localhost").headers


@pytest.mark.parametrize("path", ["/trust", "/trust/ca.crt"])
@pytest.mark.parametrize("kept", [None, b"", b"rubbish"])
def test_a_missing_or_damaged_certificate_is_told(site: Flask, folder: Path, path: str, kept: bytes | None) -> None:
    if kept is not None:
        folder.mkdir()
        (folder / "ca.crt").write_bytes(kept)
    answer = site.test_client().get(path)
    assert answer.status_code == 404 and "Start the server again" in words(answer)


@pytest.mark.parametrize("path", ["/trust", "/trust/ca.crt"])
def test_a_server_without_an_authority_of_its_own_offers_none(app: Any, path: str) -> None:
    prepare(ca_folder(Path(app.instance_path)), "U", Host("desk"), NOW)
    answer = app.test_client().get(path)
    assert answer.status_code == 404 and "nothing to trust" in words(answer)
