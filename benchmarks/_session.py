"""Signs in as a person does, for the pages that a token does not open."""

import re
from http.client import HTTPConnection
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from benchmarks._serve import Server
from inventory.accounts.models import Account
from inventory.accounts.service import set_password
from inventory.db import make_engine, transaction

PASSWORD = "measured by the second"


def signed_in(server: Server, url: str) -> None:
    """Give *server* the cookie of the benchmark's account."""
    engine = make_engine(url)
    with Session(engine) as session, transaction(session):
        set_password(session, session.query(Account).filter_by(username="bench").one(), PASSWORD)
    engine.dispose()
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = str(answer.getheader("Set-Cookie")).split(";")[0]
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    form = urlencode({"username": "bench", "password": PASSWORD, "csrf_token": found[1]})
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/sign-in", form, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert answer.status == 302, answer.read()[:500]
    server.headers = {"Cookie": str(answer.getheader("Set-Cookie")).split(";")[0]}
