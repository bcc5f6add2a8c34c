"""How a phone comes to trust this server: the certificate of its authority, before anybody signs in."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, current_app, render_template

from inventory.config import ca_folder
from inventory.errors import NotFound
from inventory.web._shell import settings

if TYPE_CHECKING:
    from cryptography import x509

blueprint = Blueprint("web_trust", __name__)

MIME: Final = "application/x-x509-ca-cert"
"""Phones and browsers offer to install what comes as this."""


def _certificate() -> tuple[bytes, "x509.Certificate"]:
    if not settings().local_https:
        raise NotFound("This server is not served by an authority of its own: there is nothing to trust.")
    from cryptography import x509

    from inventory.local_ca import ca_file

    try:
        kept = ca_file(ca_folder(Path(current_app.instance_path))).read_bytes()
        return kept, x509.load_pem_x509_certificate(kept)
    except (OSError, ValueError):
        raise NotFound("The certificate of this server's authority is missing. Start the server again.") from None


@blueprint.get("/trust")
def index() -> str:
    """What to do on each kind of device, and the fingerprint to compare."""
    _, found = _certificate()
    from cryptography.x509.oid import NameOID

    from inventory.local_ca import fingerprint_of

    pairs = fingerprint_of(found).split(":")
    return render_template(
        "trust/index.html",
        authority=found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
        ends=found.not_valid_after_utc,
        fingerprint=[":".join(pairs[start : start + 8]) for start in range(0, len(pairs), 8)],
    )


@blueprint.get("/trust/ca.crt")
def certificate() -> Response:
    """The authority's certificate (PEM), which is public; its key never leaves the instance folder."""
    kept, _ = _certificate()
    return Response(kept, mimetype=MIME)
