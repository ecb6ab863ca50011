"""Being let in by WVP: a login whose token is kept between polls, or an API key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.json import Decoder

from collector.connector import Poll
from collector.errors import SourceChanged, SourceUnavailable
from collector.http import Reply
from collector.strict import read_json
from connectors.video.wvp_options import Credentials, WvpOptions

LOGINS = 2
"""Logins in one poll: the first, and one more where the token expires half-way."""


class _Login(Struct):
    code: int


LOGIN = Decoder(_Login)


class Session:
    """Asks WVP with the pass that lets a request in."""

    def __init__(self, options: WvpOptions) -> None:
        self._options = options
        self._url = options.url.rstrip("/")
        self._token: str | None = None
        self._logins = 0

    def begin(self) -> None:
        """A new poll: logins count anew."""
        self._logins = 0

    def get(self, poll: Poll, path: str, params: Mapping[str, int]) -> Reply:
        """The reply with status 200, 400 or 401; after the last two, and after code 401, ask again once ``let_in_again`` returns."""
        return poll.http.get(self._url + path, (200, 400, 401), params=params, headers=self._pass(poll))

    def let_in_again(self, place: str) -> None:
        """Forget the token, so that the next request logs in. Raises SourceUnavailable where that cannot help."""
        self._token = None
        if self._options.credentials is None:
            remedy = (
                "make a new api_key" if self._options.api_key else "WVP asks for a login: set credentials or api_key"
            )
            raise SourceUnavailable(f"{place}: not let in; {remedy}")
        if self._logins >= LOGINS:
            raise SourceUnavailable(f"{place}: not let in although the login was accepted")

    def _pass(self, poll: Poll) -> dict[str, str]:
        """The header that lets a request in; the token is kept between polls (WVP's default life is 60 minutes)."""
        if self._options.api_key:
            return {"api-key": self._options.api_key.get_secret_value()}
        if self._options.credentials and self._token is None:
            self._token = self._log_in(poll, self._options.credentials)
        return {"access-token": self._token} if self._token else {}

    def _log_in(self, poll: Poll, credentials: Credentials) -> str:
        self._logins += 1
        digest = hashlib.md5(credentials.password.get_secret_value().encode(), usedforsecurity=False).hexdigest()
        params = {"username": credentials.username, "password": digest}
        reply = poll.http.get(f"{self._url}/api/user/login", params=params)
        code = read_json(LOGIN, reply.body, "/api/user/login").code
        if code != 0:
            raise SourceUnavailable(
                f"/api/user/login: refused with code {code}; check credentials.username and password"
            )
        if not (token := reply.headers.get("access-token")):
            raise SourceChanged("/api/user/login header access-token", "is missing although the login was accepted")
        return token
