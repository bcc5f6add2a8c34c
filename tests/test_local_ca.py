"""The authority for the local network: what stays, what is renewed, what it may vouch for, and who may read its keys."""

import shutil
import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from inventory import local_ca
from inventory.local_ca import Host, prepare

NOW = datetime.now(UTC).replace(microsecond=0)
DESK = Host(
    "Desk-7", tuple(ip_interface(text) for text in ("127.0.0.1/8", "192.168.1.20/24", "fd00::20/64", "129.215.7.9/24"))
)


def certificate(folder: Path, name: str = "server") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())


def handshake(folder: Path, host: str, authority: Path | None = None) -> None:
    """Client and server in memory: the client trusts the authority only; raises what the client would say."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    client = ssl.create_default_context(cafile=authority or folder / "ca.crt")
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = client.wrap_bio(down, up, server_hostname=host), server.wrap_bio(up, down, server_side=True)
    for _ in range(6):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ends[0].version() == "TLSv1.3"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "deep" / "local-ca"
    prepare(folder, "University of Somewhere", DESK, NOW)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "local-ca"
    shutil.copytree(made, copied)
    return copied


@pytest.mark.parametrize(
    "host", ["localhost", "desk-7", "desk-7.local", "127.0.0.1", "192.168.1.20", "::1", "fd00::20", "129.215.7.9"]
)
def test_the_chain_verifies_for_every_name_and_address_of_the_machine(made: Path, host: str) -> None:
    handshake(made, host)


@pytest.mark.parametrize("host", ["reuse.example.ac.uk", "desk-8", "192.168.1.21", "10.0.0.1", "local"])
def test_another_host_is_refused(made: Path, host: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)mismatch"):
        handshake(made, host)


def test_another_authority_of_the_same_name_is_refused(made: Path, tmp_path: Path) -> None:
    prepare(tmp_path, "University of Somewhere", DESK, NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made, "localhost", tmp_path / "ca.crt")


@pytest.mark.parametrize("name", ["bank.example", "129.215.8.1", "8.8.8.8", "sub.example.local.com"])
def test_a_stolen_key_cannot_pose_as_what_is_not_of_this_network(folder: Path, name: str) -> None:
    try:
        named: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        named = x509.DNSName(name)
    found = local_ca._load(folder, "ca")
    assert found is not None
    key = ec.generate_private_key(ec.SECP256R1())
    local_ca._keep(folder, "server", key, local_ca._make_server(key, *found, [named], NOW))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(folder, name)


def test_the_authority_has_the_institutions_name_and_cannot_make_others(made: Path) -> None:
    ca, server = certificate(made, "ca"), certificate(made)
    assert "University of Somewhere" in ca.subject.rfc4514_string() and "Desk-7" in ca.subject.rfc4514_string()
    basic = ca.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical and basic.value.ca and basic.value.path_length == 0
    assert ca.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert timedelta(days=3650) <= ca.not_valid_after_utc - ca.not_valid_before_utc <= timedelta(days=3652)
    assert server.not_valid_after_utc - server.not_valid_before_utc == timedelta(days=397)


@pytest.mark.parametrize("institution", ["", " \n", "U" * 300, "Université de l’Île"])
@pytest.mark.parametrize(
    "host",
    [Host(""), Host("localhost"), Host("under_score"), Host("x" * 70), Host("a.b.ac.uk.")],
    ids=lambda one: one.name[:12],
)
def test_any_name_of_institution_and_machine_will_do(tmp_path: Path, institution: str, host: Host) -> None:
    prepared = prepare(tmp_path, institution, host, NOW)
    handshake(tmp_path, "localhost")
    assert len(prepared.fingerprint) == 95 and not prepared.left_out


def test_private_keys_are_for_the_owner_alone(folder: Path) -> None:
    (folder / "ca.key").chmod(0o644)
    folder.chmod(0o755)
    prepare(folder, "U", DESK, NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    keys = [path for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert {path.name for path in keys} == {"ca.key", "server.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert {path.name for path in folder.iterdir()} == {"ca.key", "server.key", "ca.crt", "server.crt"}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_start_changes_no_byte(folder: Path) -> None:
    before = files(folder)
    prepared = prepare(folder, "Renamed University", DESK, NOW + timedelta(days=300))
    assert files(folder) == before and not prepared.new_ca and not prepared.renewed


@pytest.mark.parametrize(
    ("host", "days"),
    [
        (Host("desk-7", (*DESK.interfaces, ip_interface("10.1.2.3/8"))), 0),
        (Host("desk-7", DESK.interfaces[:2]), 0),
        (Host("renamed.local", DESK.interfaces), 0),
        (DESK, 367),
        (DESK, 3000),
        (DESK, -5),
    ],
    ids=[
        "an address came",
        "an address went",
        "another name",
        "29 days are left",
        "it ended long ago",
        "a clock that fell back",
    ],
)
def test_the_servers_certificate_is_renewed_and_the_authority_stays(folder: Path, host: Host, days: int) -> None:
    before = files(folder)
    prepared = prepare(folder, "U", host, NOW + timedelta(days=days))
    after = files(folder)
    assert prepared.renewed and not prepared.new_ca
    assert {name for name in after if after[name] != before[name]} == {"server.key", "server.crt"}
    if not days:
        handshake(folder, "192.168.1.20")


def test_a_certificate_never_outlives_the_authority(folder: Path) -> None:
    prepare(folder, "U", DESK, NOW + timedelta(days=3600))
    assert certificate(folder).not_valid_after_utc == certificate(folder, "ca").not_valid_after_utc


def test_an_authority_that_ends_is_made_anew(folder: Path) -> None:
    prepared = prepare(folder, "U", DESK, NOW + timedelta(days=3640))
    assert prepared.new_ca and prepared.renewed
    certificate(folder).verify_directly_issued_by(certificate(folder, "ca"))


def test_what_the_authority_may_not_vouch_for_is_left_out_and_told(folder: Path) -> None:
    moved = Host("desk.other.example", (ip_interface("203.0.113.9/24"), ip_interface("192.168.9.9/24")))
    prepared = prepare(folder, "U", moved, NOW)
    assert set(prepared.left_out) == {"desk", "desk.other.example", "203.0.113.9"}
    handshake(folder, "192.168.9.9")
    handshake(folder, "desk.local")


@pytest.mark.parametrize("name", ["server.key", "server.crt"])
@pytest.mark.parametrize("content", [None, b"", b"rubbish"])
def test_a_damaged_server_file_is_made_anew(folder: Path, name: str, content: bytes | None) -> None:
    authority = (folder / "ca.crt").read_bytes()
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    assert prepare(folder, "U", DESK, NOW).renewed
    handshake(folder, "localhost")
    assert (folder / "ca.crt").read_bytes() == authority


def test_a_start_that_was_cut_off_between_key_and_certificate_is_mended(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    prepare(other, "U", DESK, NOW)
    shutil.copy(other / "server.key", folder / "server.key")
    (folder / "server.crt.new").write_bytes(b"half")
    assert prepare(folder, "U", DESK, NOW).renewed
    shutil.copy(other / "ca.key", folder / "ca.key")
    assert prepare(folder, "U", DESK, NOW).new_ca
    handshake(folder, "localhost")


def test_a_server_file_of_another_authority_or_kind_is_made_anew(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    prepare(other, "U", DESK, NOW)
    for name in ("server.key", "server.crt"):
        shutil.copy(other / name, folder / name)
    assert prepare(folder, "U", DESK, NOW).renewed
    from cryptography.hazmat.primitives.asymmetric import ed25519

    (folder / "server.key").write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    assert prepare(folder, "U", DESK, NOW).renewed
    handshake(folder, "localhost")
