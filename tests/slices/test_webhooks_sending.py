"""A letter is sent to exactly the address that was checked, and comes to an end whatever is there."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jiacan.webhooks.contracts import Answer, Trouble
from jiacan.webhooks.core.letters import Letter
from jiacan.webhooks.readers.answers import post
from tests.slices.webhook_receiver import Dripper, Receiver, closed_port

HERE = "127.0.0.1"


def letter(url: str) -> Letter:
    return Letter(url, {"Content-Type": "application/json", "Jiacan-Delivery": "dlv_1"}, b'{"a":1}')


def to_here(host: str, port: int) -> tuple[str, ...]:
    return (HERE,)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server named hooks.test shows, and what a client must trust to believe it."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, private = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, private)
    return server, ssl.create_default_context(cafile=shown)


def test_a_letter_arrives_with_its_bytes_headers_and_the_name_it_was_sent_to():
    with Receiver() as receiver:
        url = f"http://hooks.test:{receiver.port}/a%20b?c=d"
        assert post(letter(url), private_allowed=True, resolver=to_here) == Answer(200, "thank you")
    (received,) = receiver.received
    assert (received.path, received.body) == ("/a%20b?c=d", b'{"a":1}')
    assert received.headers["Host"] == f"hooks.test:{receiver.port}"
    assert received.headers["Jiacan-Delivery"] == "dlv_1"


def test_no_connection_is_made_to_a_private_address():
    with Receiver() as receiver:
        assert post(letter(receiver.url), private_allowed=False) == Trouble.FORBIDDEN_ADDRESS
        for alias in (f"http://localhost:{receiver.port}/", f"http://2130706433:{receiver.port}/"):
            assert post(letter(alias), private_allowed=False) == Trouble.FORBIDDEN_ADDRESS
    assert (receiver.connections, receiver.received) == (0, [])


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    def mixed(host: str, port: int) -> tuple[str, ...]:
        return ("93.184.215.14", HERE)

    assert post(letter("http://hooks.test/"), private_allowed=False, resolver=mixed) == Trouble.FORBIDDEN_ADDRESS


def test_a_name_that_changes_its_meaning_after_the_check_leads_nowhere_new():
    """The second answer would lead to this machine; whoever asks twice would follow it."""
    answers = [("192.0.2.1",), (HERE,)]
    asked = []

    def rebinding(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    with Receiver() as receiver:
        url = f"http://hooks.test:{receiver.port}/"
        outcome = post(letter(url), private_allowed=True, resolver=rebinding, patience_seconds=0.2)
        assert outcome in {Trouble.TIMEOUT, Trouble.NO_CONNECTION}
        assert (asked, receiver.connections) == (["hooks.test"], 0)
        post(letter(url), private_allowed=True, resolver=rebinding)
        assert receiver.connections == 1


def test_a_redirect_is_not_followed():
    with Receiver() as elsewhere, Receiver(answers=[302], location=elsewhere.url) as receiver:
        assert post(letter(receiver.url), private_allowed=True) == Answer(302, "thank you")
    assert elsewhere.connections == 0


def test_only_the_beginning_of_an_answer_is_kept():
    with Receiver(text="好" * 5000) as receiver:
        outcome = post(letter(receiver.url), private_allowed=True)
    assert isinstance(outcome, Answer)
    assert outcome.text == "好" * 333 + "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 200 OK\r\nA: b"])
def test_a_receiver_that_drips_is_hung_up_on_when_the_patience_is_over(words):
    with Dripper(words) as dripper:
        url = f"http://127.0.0.1:{dripper.port}/"
        assert post(letter(url), private_allowed=True, patience_seconds=0.5) == Trouble.TIMEOUT


def test_an_answer_counts_though_its_body_never_ends():
    with Dripper(b"HTTP/1.1 204 No Content\r\n\r\n") as dripper:
        url = f"http://127.0.0.1:{dripper.port}/"
        assert post(letter(url), private_allowed=True, patience_seconds=0.5) == Answer(204, "")


def test_a_handshake_that_drips_is_hung_up_on_too():
    with Dripper(b"\x16\x03\x03\x40\x00") as dripper:
        url = f"https://127.0.0.1:{dripper.port}/"
        assert post(letter(url), private_allowed=True, patience_seconds=0.5) == Trouble.TIMEOUT


def test_what_does_not_answer_is_told_apart():
    with Dripper(b"220 mail.example ready\r\n") as mail:
        url = f"http://127.0.0.1:{mail.port}/"
        assert post(letter(url), private_allowed=True, patience_seconds=2) == Trouble.NOT_HTTP
    assert post(letter(f"http://127.0.0.1:{closed_port()}/"), private_allowed=True) == Trouble.NO_CONNECTION
    assert post(letter("http://nowhere.invalid/"), private_allowed=True, resolver=lambda *_: ()) == Trouble.NO_ADDRESS


def test_a_certificate_is_checked_against_the_name_though_the_connection_goes_to_a_number(certificate):
    server, client = certificate
    with Receiver(certificate=server) as receiver:
        right, wrong = (f"https://{name}:{receiver.port}/" for name in ("hooks.test", "other.test"))
        trusted = {"private_allowed": True, "resolver": to_here, "trust": lambda: client}
        assert post(letter(right), **trusted) == Answer(200, "thank you")
        assert post(letter(wrong), **trusted) == Trouble.TLS
        assert post(letter(right), private_allowed=True, resolver=to_here) == Trouble.TLS
    assert len(receiver.received) == 1
