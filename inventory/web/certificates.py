"""Certificates of sanitisation: issued, printed, declared void; and the public page that says whether one holds."""

from io import BytesIO

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.models import Account
from inventory.db import write
from inventory.labels.payload import origin_of
from inventory.sanitisation import certificates
from inventory.sanitisation.certificate_pdf import people_in
from inventory.sanitisation.certificate_pdf import write as write_pdf
from inventory.web._finding import machine_of
from inventory.web._recording import key_of
from inventory.web._shell import is_demo, recorder, requires, session, settings

blueprint = Blueprint("web_certificates", __name__)


@blueprint.get("/t/<path:tag>/certificates")
@requires("view")
def machine(tag: str) -> str:
    """The certificates of one machine, and the button that issues one."""
    found = machine_of(tag)
    return render_template(
        "sanitisation/certificates.html",
        tag=found.tag,
        words=found.words,
        rows=certificates.standings_of(session(), found.machine.asset.id),
        standings=certificates.STANDINGS,
        may_issue="validate" in recorder().permissions,
    )


@blueprint.post("/t/<path:tag>/certificates")
@requires("validate")
def issue(tag: str) -> AnyResponse:
    """Issue a certificate; leads to the machine's certificates."""
    key, who = key_of(dict(request.form.items())), recorder()
    write(session(), lambda db: certificates.issue(db, tag[:300], key, who))
    return redirect(url_for(".machine", tag=machine_of(tag).tag), 303)


@blueprint.get("/sanitisation/certificates/<number>.pdf")
@requires("view")
def pdf(number: str) -> AnyResponse:
    """The certificate as A4 pages; one that no longer holds says so on its head."""
    found = certificates.named(session(), number)
    stands = certificates.standing(session(), found)
    uids = people_in(found.content)
    rows = session().execute(select(Account.uid, Account.display_name).where(Account.uid.in_(uids)))
    address = f"{origin_of(settings().public_url.strip() or request.host_url)}/C/{found.token}"
    note = "" if stands.key == "current" else certificates.STANDINGS[stands.key]
    if is_demo():
        note = f"Synthetic demonstration, no proof of anything. {note}".strip()
    out = BytesIO()
    write_pdf(out, found, address, dict(rows.all()), settings().zone, note)
    out.seek(0)
    return send_file(out, mimetype="application/pdf", download_name=f"certificate-{found.number}.pdf")


@blueprint.post("/sanitisation/certificates/<number>/void")
@requires("validate")
def void(number: str) -> AnyResponse:
    """Declare a certificate void, with a reason."""
    reason, who = request.form.get("reason", "")[:2_000], recorder()
    found = write(session(), lambda db: certificates.void(db, number, reason, who))
    return redirect(url_for(".machine", tag=found.content["machine"]["tag"]), 303)


@blueprint.get("/c/<token>")
def public(token: str) -> AnyResponse:
    """Whether the certificate behind a printed code is genuine and current; nothing else about the machine."""
    return _public(token)


@blueprint.get("/C/<token>")
def public_capitals(token: str) -> AnyResponse:
    """The same: printed codes carry the address in capitals, which makes a smaller code."""
    return _public(token)


def _public(token: str) -> AnyResponse:
    found = certificates.by_token(session(), token)
    stands = certificates.standing(session(), found) if found is not None else None
    page = render_template(
        "sanitisation/public.html",
        number=found.number if found else None,
        issued=found.issued_at if found else None,
        issuer=found.content.get("institution") if found else None,
        sha256=found.sha256 if found else None,
        standing=stands.key if stands else "none",
        words=certificates.STANDINGS[stands.key] if stands else None,
    )
    answer = Response(page, 200 if found is not None else 404)
    # What was printed must not lead a search engine to every certificate.
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
