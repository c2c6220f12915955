"""Pages as signed HTTP POSTs after the Standard Webhooks specification (interfaces, section 7)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from standardwebhooks import Webhook

from alerts.channel import ChannelKind, Delivered, Outcome, Rejected, Retry
from alerts.ledger import Page
from alerts.payload import payload
from config.instant import SECOND, Instant, seconds

GONE = 410
ANSWER_LIMIT = 16 * 1024
"""Bytes read of an answer. Its content is of no interest; reading it lets the connection be used again."""

SECRET_REMEDY = "give 'whsec_' followed by base64 of 24 to 64 random bytes, as the receiver shows it"  # noqa: S105 - a help text
SECRET_BYTES_MIN = 16


@dataclass(frozen=True)
class WebhookOptions:
    """Options of kind `webhook`.

    Attributes:
        url: where to post; http or https.
        secret, secret_file: the shared secret, or the file that holds it; exactly one of them. Never printed.
        patient: True lets the patient reference leave in the message.
        connect_timeout_s: bound on reaching the receiver.
        timeout_s: bound on the whole try.
        proxy: proxy to go through; the environment's proxy settings are not looked at.
    """

    url: str = field(repr=False)  # a path may carry a token
    secret: str | None = field(default=None, repr=False)
    secret_file: str | None = None
    patient: bool = False
    connect_timeout_s: float = 3.0
    timeout_s: float = 8.0
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """ValueError for what cannot work, naming the key and the remedy."""
        _check_url("url", self.url)
        if self.proxy is not None:
            _check_url("proxy", self.proxy)
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("exactly one of 'secret' and 'secret_file' is needed: " + SECRET_REMEDY)
        if self.secret is not None:
            _check_secret("secret", self.secret)
        if not isinstance(self.patient, bool):
            raise ValueError(f"option 'patient' must be true or false, not {self.patient!r}")  # noqa: TRY004 - all are ValueError
        for name in ("connect_timeout_s", "timeout_s"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 15:
                raise ValueError(f"option {name!r} must be a number of seconds above 0 and at most 15, not {value!r}")

    def read_secret(self) -> str:
        """The secret, from its file where one is named.

        Raises:
            ValueError: the file cannot be read or holds no usable secret.
        """
        if self.secret is not None:
            return self.secret
        path = Path(str(self.secret_file))
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not plain text"
            raise ValueError(f"option 'secret_file': {path} cannot be read ({reason}); {SECRET_REMEDY}") from None
        _check_secret("secret_file", text)
        return text


class WebhookChannel:
    """Posts each page once per call; connections are kept for the next page.

    Raises:
        ValueError: the secret file cannot be read or holds no usable secret.
    """

    def __init__(self, channel_id: str, options: WebhookOptions) -> None:
        """Opens no connection."""
        self.id = channel_id
        self._options = options
        self._signer = Webhook(options.read_secret())
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(options.timeout_s, connect=options.connect_timeout_s),
            follow_redirects=False,
            trust_env=False,
            proxy=options.proxy,
            limits=httpx2.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=60.0),
        )

    def __repr__(self) -> str:
        """Names the receiver's host and nothing secret."""
        return f"WebhookChannel({self.id!r}, host={httpx2.URL(self._options.url).host!r})"

    async def send(self, page: Page, now: Instant) -> Outcome:
        """One signed POST. 2xx is delivered, 410 rejected, anything else worth another try."""
        body = json.dumps(payload(page.alert, with_patient=self._options.patient), ensure_ascii=False, allow_nan=False)
        moment = datetime.fromtimestamp(now // SECOND, UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": page.page_id,
            "webhook-timestamp": str(now // SECOND),
            "webhook-signature": self._signer.sign(page.page_id, moment, body),
        }
        answer: httpx2.Response | None = None
        try:
            async with (
                asyncio.timeout(self._options.timeout_s),
                self._client.stream("POST", self._options.url, content=body.encode(), headers=headers) as answer,
            ):
                await _read_bounded(answer)
        except (TimeoutError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            # The error's own text may hold the address with its token: the kind of error says enough. Once the
            # status is here it counts, whatever happens to the rest of the answer.
            if answer is None:
                return Retry(f"no answer: {type(error).__name__}")
        return _outcome(answer)

    async def aclose(self) -> None:
        """Closes kept connections."""
        await self._client.aclose()


def _outcome(answer: httpx2.Response) -> Outcome:
    if answer.is_success:
        return Delivered(f"HTTP {answer.status_code}")
    if answer.status_code == GONE:
        return Rejected("the receiver answered 410 Gone")
    return Retry(f"HTTP {answer.status_code}", _retry_after(answer))


async def _read_bounded(answer: httpx2.Response) -> None:
    read = 0
    async for chunk in answer.aiter_raw():
        read += len(chunk)
        if read > ANSWER_LIMIT:
            return  # leaving the stream closes the connection; the status has been received


def _retry_after(answer: httpx2.Response) -> int | None:
    # Only the form in seconds: the form with a date would need the receiver's clock to be right.
    text = answer.headers.get("retry-after", "")
    return seconds(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _check_url(key: str, url: object) -> None:
    try:
        parsed = httpx2.URL(url) if isinstance(url, str) else None
    except httpx2.InvalidURL:
        parsed = None
    if parsed is None or parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"option {key!r} must be an address such as https://example.org/hook")


def _check_secret(key: str, secret: object) -> None:
    text = secret.removeprefix("whsec_") if isinstance(secret, str) else ""
    try:
        key_bytes = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"option {key!r} is not base64: {SECRET_REMEDY}") from None
    if len(key_bytes) < SECRET_BYTES_MIN:
        raise ValueError(f"option {key!r} is too short to protect anything: {SECRET_REMEDY}")


KIND = ChannelKind("webhook", open=WebhookChannel, options=WebhookOptions)
