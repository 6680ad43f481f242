"""Public pages for whoever is not signed in, answered before Django's stack while they hold.

docs/architecture.md says why it is like this, under "The fast page".
"""

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from time import monotonic, time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import DatabaseError
from django.http import parse_cookie
from django.utils import timezone, translation

from articles import shown, standing_texts
from comments import live
from config import public_versions
from config.access import ROUTE
from config.page_store import Entry, Form, Headers, Store, Versions, epoch, header

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Answer = Callable[[Environ, StartResponse], Iterable[bytes]]
# Path, query, host, whether it is secure, language, whether there are such pages without number.
Key = tuple[str, str, str, bool, str, bool]
# Status, headers, body, and the name of the view.
Refusal = tuple[str, Headers, bytes, str]

# What may be kept: the path, and the parameters that its view knows. A last column names those
# pages of which there are without number.
_SLUG = r"[-a-zA-Z0-9_]+"
_PAGES: tuple[tuple[re.Pattern[str], tuple[str, ...], bool], ...] = (
    (re.compile(rf"/articles/{_SLUG}/"), ("sort", "after"), False),
    (re.compile(r"/"), ("before",), False),
    (re.compile(r"/c/[0-9]{1,18}/"), ("after",), True),
    (re.compile(rf"/(?:sections|tags)/{_SLUG}/"), ("before",), False),
    (re.compile(rf"/pages/{_SLUG}/"), (), False),
    (re.compile(rf"/articles/{_SLUG}/comments\.atom"), (), False),
    (re.compile(rf"/feeds/(?:articles|sections/{_SLUG})\.atom"), (), False),
)
_CURSORS = {"after", "before"}
_OTHER = (
    "other"  # stands for every parameter that no view knows: pages only tell whether one is there
)
_PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_HX_REQUEST", "HTTP_RANGE")
_CACHE_CONTROL = "public, max-age=0, s-maxage=1"
_OWN = {"content-length", "cache-control", "vary", "etag", "date", "server"}
_TELLING = re.compile(rf"/(?:articles/({_SLUG})/|c/([0-9]{{1,18}})/)")
_NONCE = re.compile(r"'nonce-([^']+)'")
_SCRIPT = re.compile(rb'<script src="([^"]+)"')
_PATIENCE = 10.0  # seconds that a reader waits for the one who makes the page
_ATTEMPTS = 3
_log = logging.getLogger("rejoinder.fast_page")


@lru_cache(maxsize=1024)
def _language(chosen: str, accepted: str) -> str:
    """The language that LocaleMiddleware would choose."""
    cookies = {settings.LANGUAGE_COOKIE_NAME: chosen} if chosen else {}
    asked = SimpleNamespace(COOKIES=cookies, META={"HTTP_ACCEPT_LANGUAGE": accepted})
    return translation.get_language_from_request(asked)


@lru_cache(maxsize=1024)
def _encoding(accepted: str) -> str:
    """The best of brotli, gzip and none that an Accept-Encoding header allows."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _semicolon, weight = part.partition(";")
        try:
            weights[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0.0
    return next((name for name in ("br", "gzip") if weights.get(name, 0.0) > 0), "")


def _place(path: str) -> tuple[tuple[str, ...], bool] | None:
    for pattern, parameters, further in _PAGES:
        if pattern.fullmatch(path):
            return parameters, further
    return None


def _query(asked: str, known: tuple[str, ...]) -> tuple[str, bool]:
    """The query as the view understands it, in one writing; and whether it holds a cursor."""
    given = dict(parse_qsl(asked, keep_blank_values=True))
    kept = {name: given[name] for name in known if name in given}
    if len(kept) < len(given):
        kept[_OTHER] = ""
    return urlencode(kept), not _CURSORS.isdisjoint(kept)


class FastPage:
    """A WSGI application that answers with pages it keeps, and lets Django answer all else.

    A kept page was made by Django for a request with nothing personal in it: no cookie, address,
    browser or referrer. It is sent while the versions of all that it shows are what they were
    before it was made.
    """

    def __init__(self, django: Answer, room: int) -> None:
        self._django = django
        self._store = Store(room)
        self._house_seen = -1
        self._written = 0.0  # when this process last let something be written

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            answer = self._django(environ, start_response)
            self._written = monotonic()
            return answer
        key = self._key(environ)
        if key is None:
            return self._django(environ, start_response)
        entry = self._store.get(key, further=key[-1])
        if entry is None or not self._holds(entry):
            try:
                made = self._make(key, entry)
            except DatabaseError:
                # The table may be missing until a migration has run, the database be away.
                _log.exception("a page could not be made for keeping")
                made = None
            if made is None:
                return self._django(environ, start_response)
            if not isinstance(made, Entry):
                status, headers, body, environ[ROUTE] = made
                start_response(status, headers)
                return [b"" if method == "HEAD" else body]
            entry = made
        environ[ROUTE] = entry.view
        form = self._form(key, entry, environ)
        knows = environ.get("HTTP_IF_NONE_MATCH")
        if knows is not None and (form.tag in knows or knows.strip() == "*"):
            start_response("304 Not Modified", form.known)
            return [b""]
        start_response("200 OK", form.headers)
        return [b"" if method == "HEAD" else form.body]

    # --- What is asked ----------------------------------------------------------------------

    def _key(self, environ: Environ) -> Key | None:
        """All that makes anonymous pages differ; None where Django must answer."""
        path = environ.get("PATH_INFO", "")
        place = _place(path)
        if place is None or any(name in environ for name in _PERSONAL):
            return None
        known, further = place
        chosen = ""
        if "HTTP_COOKIE" in environ:
            cookies = parse_cookie(environ["HTTP_COOKIE"])
            if settings.SESSION_COOKIE_NAME in cookies:
                return None
            chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
        secure = environ["wsgi.url_scheme"] == "https"
        if settings.SECURE_PROXY_SSL_HEADER:
            name, value = settings.SECURE_PROXY_SSL_HEADER
            if name in environ:
                secure = environ[name].split(",")[0].strip() == value
        if settings.SECURE_SSL_REDIRECT and not secure:
            return None
        query = environ.get("QUERY_STRING", "")
        if query:
            query, cursor = _query(query, known)
            further = further or cursor
        language = _language(chosen, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        return (path, query, environ.get("HTTP_HOST", ""), secure, language, further)

    def _form(self, key: Key, entry: Entry, environ: Environ) -> Form:
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        form = entry.forms.get(encoding)
        if form is None:
            form = entry.form(encoding)
            self._store.put(key, entry)
        return form

    # --- Whether it holds -------------------------------------------------------------------

    def _holds(self, entry: Entry) -> bool:
        if entry.until is not None and entry.until <= time():
            return False
        now = monotonic()
        if entry.checked > self._written and now - entry.checked < settings.VERSION_KEPT:
            return True
        try:
            if self._versions(scope for scope, _version in entry.versions) != entry.versions:
                return False
        except DatabaseError:
            # What cannot be shown to hold is not shown.
            return False
        entry.checked = now
        return True

    def _versions(self, scopes: Iterable[int]) -> Versions:
        """HOUSE and these, sorted."""
        wanted = sorted({public_versions.HOUSE, *scopes})
        with _connected():
            found = public_versions.read(wanted)
        return tuple((scope, found.get(scope, 0)) for scope in wanted)

    # --- How it is made ---------------------------------------------------------------------

    def _make(self, key: Key, stale: Entry | None) -> Entry | Refusal | None:
        """A page that holds; or an answer that cannot be kept; or None where Django must be
        asked with the request as it came."""
        for _attempt in range(_ATTEMPTS):
            with self._store.alone(key, _PATIENCE) as first:
                entry = self._store.get(key, further=key[-1])
                if entry is not None and entry is not stale and self._holds(entry):
                    return entry
                if first:
                    return self._make_alone(key, entry)
        return None

    def _make_alone(self, key: Key, stale: Entry | None) -> Entry | Refusal | None:
        scopes = [scope for scope, _version in stale.versions] if stale else _shown_at(key[0])
        for _attempt in range(_ATTEMPTS):
            asked_at, versions = monotonic(), self._versions(scopes)
            entry = self._made_anew(stale, versions, asked_at) if stale else None
            if entry is not None:
                self._store.put(key, entry)
                return entry
            self._forget_texts(versions)
            asked = _request(key)
            status, headers, body, view = self._asked(asked)
            says = asked.get(shown.SAID)
            if not status.startswith("200") or says is None:
                # A redirect depends on more of the request than was asked with.
                return None if status[0] == "3" else (status, headers, body, view)
            # A page that shows what was not asked for first may have missed its last change.
            if says.discussions.issubset(scopes):
                entry = _entry(key, versions, asked_at, headers, body, asked)
                if entry is None:
                    return status, headers, body, view
                self._store.put(key, entry)
                return entry
            scopes = [*says.discussions]
        return None

    def _forget_texts(self, versions: Versions) -> None:
        """Have the standing texts read anew once something else than a discussion has changed."""
        house = dict(versions)[public_versions.HOUSE]
        if house != self._house_seen:
            standing_texts.forget()
            self._house_seen = house

    def _made_anew(self, stale: Entry, versions: Versions, asked_at: float) -> Entry | None:
        """The page with its discussion as it is now, where nothing else has changed."""
        if stale.anew is None or versions[0] != stale.versions[0]:
            return None
        if stale.until is not None and stale.until <= time():
            return None
        with (
            _connected(),
            translation.override(stale.language),
            timezone.override(settings.PUBLISHER_TIME_ZONE),
        ):
            body = stale.anew()
        if body is None:
            return None
        return replace(stale, body=body, versions=versions, checked=asked_at, forms={})

    def _asked(self, environ: Environ) -> Refusal:
        said: list[tuple[str, Headers]] = []
        answer = self._django(
            environ, lambda status, headers, _info=None: said.append((status, headers))
        )
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = said[0]
        return status, list(headers), body, environ.get(ROUTE, "")


def _request(key: Key) -> Environ:
    """A request for a page with nothing in it but the key."""
    path, query, host, secure, language, _further = key
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443" if secure else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "HTTP_ACCEPT_LANGUAGE": language,
        shown.KEEPING: True,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if secure else "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if secure and settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = value
    return environ


@contextmanager
def _connected() -> Iterator[None]:
    """Upon these signals Django gives connections back, and closes those that are broken."""
    request_started.send(sender=FastPage, environ={})
    try:
        yield
    finally:
        request_finished.send(sender=FastPage)


def _shown_at(path: str) -> list[int]:
    """The discussion that an address shows, where it tells one."""
    found = _TELLING.match(path)
    if found is None:
        return []
    return live.discussions_at(slug=found[1], comment_id=int(found[2] or 0))


def _entry(
    key: Key, versions: Versions, asked_at: float, headers: Headers, body: bytes, asked: Environ
) -> Entry | None:
    """The answer as it may be kept; None if it holds something of the one request."""
    if header(headers, "set-cookie") or header(headers, "cache-control"):
        return None
    nonce = _NONCE.search(header(headers, "content-security-policy"))
    says: shown.Shown = asked[shown.SAID]
    anew = says.anew
    if nonce is not None:
        attribute = f' nonce="{nonce[1]}"'.encode()
        body = body.replace(attribute, b"")
        anew = anew and anew.without(attribute)
        if nonce[1].encode() in body:
            return None
        headers = _naming_scripts(headers, nonce[0], body, key)
    kept = [(name, value) for name, value in headers if name.lower() not in _OWN]
    kept += [
        ("Vary", "Accept-Encoding, Accept-Language, Cookie"),
        ("Cache-Control", _CACHE_CONTROL),
    ]
    return Entry(
        body=body,
        headers=kept,
        versions=versions,
        until=epoch(says.until),
        anew=anew,
        language=key[4],
        view=asked.get(ROUTE, ""),
        checked=asked_at,
        further=key[-1],
    )


def _naming_scripts(headers: Headers, nonce: str, body: bytes, key: Key) -> Headers:
    """The policies with the full addresses of the page's own scripts in the place of a nonce:
    one nonce for many readers would be no secret."""
    host, scheme = key[2], "https" if key[3] else "http"
    sources = [found.decode() for found in dict.fromkeys(_SCRIPT.findall(body))]
    named = " ".join(f"{scheme}://{host}{path}" for path in sources if path.startswith("/"))
    return [
        (name, value.replace(nonce, named or "'none'"))
        if "security-policy" in name.lower()
        else (name, value)
        for name, value in headers
    ]
