"""`Idempotency-Key`: a request delivered again gets the first answer again and changes nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from monitor.station.problem import Problem

KEPT = 2048
LONGEST_KEY = 128


@dataclass(frozen=True, slots=True)
class _Remembered:
    request: bytes
    answer: asyncio.Future[Response]


class Once:
    """The answers to keyed requests. Bounded: beyond 2048 the oldest answered one is forgotten, in memory only."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()

    async def run(
        self, person: str, key: str | None, request: bytes, action: Callable[[], Awaitable[Response]]
    ) -> Response:
        """The answer of `action`, run once per person and key; without a key, run now.

        An action that failed stays failed: nobody knows how far it came.

        Raises:
            Problem: 422, the key is no key or belonged to another request.
        """
        if key is None:
            return await action()
        if not 0 < len(key) <= LONGEST_KEY:
            raise Problem(422, f"Idempotency-Key: 1 to {LONGEST_KEY} characters")
        digest = hashlib.sha256(request).digest()
        known = self._known.get((person, key))
        if known is not None:
            if known.request != digest:
                raise Problem(422, "Idempotency-Key: was used for another request; take a fresh one per action")
            return await asyncio.shield(known.answer)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._known[person, key] = _Remembered(digest, answer)
        self._forget()
        try:
            response = await action()
        except BaseException as error:
            failed = error if isinstance(error, Exception) else Problem(503, "the first delivery was broken off")
            answer.set_exception(failed)
            answer.exception()  # seen here: without a second delivery nobody else would look at it
            raise
        answer.set_result(response)
        return response

    def _forget(self) -> None:
        for known in [key for key, one in self._known.items() if one.answer.done()]:
            if len(self._known) <= KEPT:
                return
            del self._known[known]
