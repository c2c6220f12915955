"""Webhooks against a real receiver on loopback, verified by the specification's own library."""

from __future__ import annotations

import base64
import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from alerts.channel import Delivered, Outcome, Rejected, Retry
from alerts.channels.webhook import ANSWER_LIMIT, KIND, WebhookChannel, WebhookOptions
from alerts.ledger import Page
from config.instant import SECOND, Instant, from_datetime
from tests.alerts.builders import alert, page
from tests.support.webhook_receiver import OK, answer, webhook_receiver

pytestmark = pytest.mark.enable_socket  # loopback only

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()


def now() -> Instant:
    """Asked in the test and not before it: the verifier takes no page that is minutes old by the machine's clock."""
    return from_datetime(datetime.now(UTC))  # noqa: TID251 - see above


async def post(url: str, about: Page | None = None, at: Instant | None = None, **options: object) -> Outcome:
    """One try to deliver a page."""
    channel = WebhookChannel("pager", WebhookOptions(url=url, secret=SECRET, **options))  # type: ignore[arg-type]
    try:
        return await channel.send(page(alert()) if about is None else about, now() if at is None else at)
    finally:
        await channel.aclose()


async def test_a_page_arrives_signed() -> None:
    """Interfaces section 7, checked by the receiver's side of Standard Webhooks."""
    at = now()
    async with webhook_receiver() as receiver:
        outcome = await post(receiver.url, at=at)
    assert outcome == Delivered("HTTP 204")
    (request,) = receiver.received
    assert (request.method, request.path) == ("POST", "/hook")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == page(alert()).page_id
    assert request.headers["webhook-timestamp"] == str(at // SECOND)
    message = Webhook(SECRET).verify(request.body, request.headers)
    assert message["type"] == "alarm.raised"
    assert message["data"]["alarm_id"] == "bay-1-0007"
    assert b"P-17" not in request.body


async def test_a_text_beyond_ascii_is_signed_as_sent() -> None:
    about = page(alert(text="*** Bay 1 Sättigung 84 % ≤ 85 — 5 s"))
    async with webhook_receiver() as receiver:
        await post(receiver.url, about)
    (request,) = receiver.received
    assert Webhook(SECRET).verify(request.body, request.headers)["data"]["text"] == about.alert.text


async def test_the_patient_leaves_where_the_channel_is_configured_for_it() -> None:
    async with webhook_receiver() as receiver:
        await post(receiver.url, patient=True)
    assert json.loads(receiver.received[0].body)["data"]["patient"] == "P-17"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (answer("200 OK", body=b"thanks"), Delivered("HTTP 200")),
        (answer("202 Accepted"), Delivered("HTTP 202")),
        (answer("410 Gone"), Rejected("the receiver answered 410 Gone")),
        (answer("500 Oops"), Retry("HTTP 500")),
        (answer("404 Not Found"), Retry("HTTP 404")),
        (answer("401 Unauthorized"), Retry("HTTP 401")),
        (answer("429 Too Many Requests", "Retry-After: 7"), Retry("HTTP 429", 7 * SECOND)),
        (answer("503 Busy", "Retry-After: Sun, 22 Nov 2026 10:00:00 GMT"), Retry("HTTP 503")),
        (answer("503 Busy", "Retry-After: -1"), Retry("HTTP 503")),
        (answer("503 Busy", "Retry-After: 99999999999999999999"), Retry("HTTP 503")),
        (b"what is this\r\n\r\n", Retry("no answer: RemoteProtocolError")),
    ],
)
async def test_what_an_answer_means(said: bytes, outcome: Outcome) -> None:
    """2xx delivered, 410 off, anything else worth another try."""
    async with webhook_receiver(said) as receiver:
        assert await post(receiver.url) == outcome


async def test_redirects_are_not_followed() -> None:
    """A signed page with clinical content goes nowhere but to the configured address."""
    async with (
        webhook_receiver() as elsewhere,
        webhook_receiver(answer("307 Temporary Redirect", f"Location: {elsewhere.url}")) as receiver,
    ):
        assert await post(receiver.url) == Retry("HTTP 307")
        assert elsewhere.received == []


async def test_nobody_listening() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert await post(f"http://127.0.0.1:{taken.getsockname()[1]}/hook") == Retry("no answer: ConnectError")


async def test_a_receiver_that_never_answers() -> None:
    async with webhook_receiver(b"") as receiver:
        outcome = await post(receiver.url, timeout_s=0.05)
    assert isinstance(outcome, Retry)
    assert outcome.reason in ("no answer: TimeoutError", "no answer: ReadTimeout")


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", body=b"x" * (4 * ANSWER_LIMIT)),
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nonly the beginning",
    ],
)
async def test_the_status_counts_whatever_the_body_does(said: bytes) -> None:
    """A huge or unfinished answer costs bounded memory and still means delivered."""
    async with webhook_receiver(said) as receiver:
        assert await post(receiver.url) == Delivered("HTTP 200")


async def test_connections_are_used_again() -> None:
    async with webhook_receiver(answer("200 OK", body=b"thanks"), OK) as receiver:
        channel = WebhookChannel("pager", WebhookOptions(url=receiver.url, secret=SECRET))
        for _ in range(3):
            assert isinstance(await channel.send(page(alert()), now()), Delivered)
        await channel.aclose()
        assert receiver.connections == 1


async def test_the_environment_does_not_choose_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy is a setting of the channel, not of whatever shell started the service."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with webhook_receiver() as receiver:
        assert isinstance(await post(receiver.url), Delivered)


async def test_a_configured_proxy_is_used() -> None:
    async with webhook_receiver() as proxy:
        assert isinstance(await post("http://receiver.invalid/hook", proxy=proxy.url), Delivered)
        assert proxy.received[0].path == "http://receiver.invalid/hook"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"url": "ftp://example.org/hook", "secret": SECRET}, "'url' must be an address"),
        ({"url": "example.org/hook", "secret": SECRET}, "'url' must be an address"),
        ({"url": "https://", "secret": SECRET}, "'url' must be an address"),
        ({"url": "http://[::1", "secret": SECRET}, "'url' must be an address"),
        ({"url": 7, "secret": SECRET}, "'url' must be an address"),
        ({"url": "https://example.org", "secret": SECRET, "proxy": "proxy:80"}, "'proxy' must be an address"),
        ({"url": "https://example.org"}, "exactly one of"),
        ({"url": "https://example.org", "secret": SECRET, "secret_file": "/x"}, "exactly one of"),
        ({"url": "https://example.org", "secret": "whsec_!!!!"}, "'secret' is not base64"),
        ({"url": "https://example.org", "secret": "whsec_äöü"}, "'secret' is not base64"),
        ({"url": "https://example.org", "secret": "whsec_"}, "'secret' is too short"),
        ({"url": "https://example.org", "secret": 5}, "'secret' is too short"),
        ({"url": "https://example.org", "secret": SECRET, "patient": "yes"}, "'patient' must be true or false"),
        ({"url": "https://example.org", "secret": SECRET, "timeout_s": 0}, "'timeout_s' must be"),
        ({"url": "https://example.org", "secret": SECRET, "timeout_s": True}, "'timeout_s' must be"),
        ({"url": "https://example.org", "secret": SECRET, "connect_timeout_s": float("nan")}, "'connect_timeout_s'"),
    ],
)
def test_options_that_cannot_work_are_refused_with_the_key(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        WebhookOptions(**options)  # type: ignore[arg-type]
    assert "!!!!" not in str(caught.value), "a secret is never printed, not even a wrong one"


def test_a_secret_file_is_read_with_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "hook"
    path.write_text(SECRET + "\n")
    assert WebhookOptions(url="https://example.org", secret_file=str(path)).read_secret() == SECRET


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"whsec_????", b"\n"])
def test_a_secret_file_that_is_of_no_use_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "hook"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="secret_file"):
        KIND.open("pager", WebhookOptions(url="https://example.org", secret_file=str(path)))


async def test_secrets_are_not_printed() -> None:
    """Neither the secret nor an address that may carry a token."""
    options = WebhookOptions(url="https://user:pw@example.org/token-123", secret=SECRET)
    channel = WebhookChannel("pager", options)
    for shown in (repr(options), repr(channel), str(channel)):
        assert not any(part in shown for part in (SECRET, "token-123", "pw"))
    assert "example.org" in repr(channel)
    await channel.aclose()
