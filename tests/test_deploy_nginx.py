"""nginx's configuration, run: what it keeps for a second, and what it never keeps."""

import contextlib
import http.client
import os
import shutil
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings

from tests.site import REPOSITORY, free_port, wait_until

pytestmark = pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")), reason="no nginx on this machine"
)
CONFIGURATION = (REPOSITORY / "deploy/nginx/rejoinder.conf").read_text()
HOST = "news.example.org"
# What the site says of a page, by address.
SAID = {
    "/": [("Vary", "Accept-Language")],
    "/long": [("Cache-Control", "public, max-age=3600")],
    "/shared": [("Cache-Control", "max-age=0, s-maxage=1")],
    "/never": [("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private")],
    "/asked": [("Cache-Control", "no-cache"), ("ETag", '"1"')],
    "/cookie": [("Set-Cookie", "csrf=1")],
    "/live/1": [("Cache-Control", "no-cache"), ("ETag", '"1"')],
}


class Upstream:
    """In the site's place: says what a page is told to say, and counts who asks."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.seen: dict[str, str] = {}

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked[path] += 1
        self.seen = {key: value for key, value in environ.items() if key.startswith("HTTP_")}
        if environ.get("HTTP_IF_NONE_MATCH") == '"1"':
            start_response("304 Not Modified", SAID[path])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/plain"), *SAID.get(path, [])])
        return [f"{path} {self.asked[path]}".encode()]


class Silent(WSGIRequestHandler):
    def log_message(self, *words) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[tuple[Upstream, int]]:
    folder = tmp_path_factory.mktemp("nginx")
    upstream = Upstream()
    with make_server("127.0.0.1", 0, upstream, handler_class=Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = free_port()
        write(folder, upstream=server.server_port, port=port)
        command = ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen([*command, "-g", "daemon off;"])
        try:
            wait_until(lambda: answers(port), 10, "nginx")
            yield upstream, port
        finally:
            process.terminate()
            process.wait(10)
            server.shutdown()


def write(folder: Path, *, upstream: int, port: int) -> None:
    """The configuration as it is shipped, but for its places and ports."""
    for name in ("data/static", "data/media", "cache", "tls"):
        (folder / name).mkdir(parents=True)
    (folder / "data/static/app.0123.css").write_text("plain")
    (folder / "data/static/app.0123.css.gz").write_bytes(b"compressed")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", f"/CN={HOST}", "-keyout", "privkey.pem"),
            *("-out", "fullchain.pem"),
        ],
        cwd=folder / "tls",
        check=True,
        capture_output=True,
    )
    text = CONFIGURATION
    for shipped, here in {
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "/var/cache/nginx/rejoinder": f"{folder}/cache/pages",
        "/etc/rejoinder/tls": f"{folder}/tls",
        "/var/lib/rejoinder": f"{folder}/data",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "    listen [::]:80;\n": "",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "    listen [::]:443 ssl http2;\n": "",
    }.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "rejoinder.conf").write_text(text)
    temporary = "".join(
        f"{kind}_temp_path {folder}/cache/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    as_us = "user root;" if os.getuid() == 0 else ""  # the folder is ours alone
    (folder / "nginx.conf").write_text(
        f"{as_us} pid {folder}/pid; worker_processes 1; events {{}}"
        f" http {{ access_log off; {temporary} include {folder}/rejoinder.conf; }}"
    )


def answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        return bool(get(port, "/up")[0])
    return False


def get(port: int, path: str, **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
    plain = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=plain)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": HOST, **named})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def often(site, path: str, **headers: str) -> int:
    """How often the site is asked for a page that is wanted five times within one second."""
    upstream, port = site
    time.sleep(1.02 - time.time() % 1)
    before = upstream.asked[path]
    for _ in range(5):
        assert get(port, path, **headers)[0] == 200
    assert time.time() % 1 < 0.9, "within the second"
    return upstream.asked[path] - before


@pytest.mark.parametrize("path", ["/", "/long", "/shared"])
def test_an_anonymous_page_is_asked_for_once_a_second(site, path):
    assert often(site, path) == 1
    assert often(site, path) == 1, "and again in the next"


def test_a_page_is_never_older_than_the_second(site):
    """nginx's own count of seconds would let it live for up to two."""
    upstream, port = site
    time.sleep(1.5 - time.time() % 1)
    _status, first, _headers = get(port, "/")
    time.sleep(0.6)
    _status, second, _headers = get(port, "/")
    assert first != second


@pytest.mark.parametrize("path", ["/never", "/asked", "/cookie"])
def test_what_the_site_keeps_out_is_kept_out(site, path):
    assert often(site, path) == 5


@pytest.mark.parametrize("name", ["session", "__Host-session", "csrf", "__Host-csrf"])
def test_who_may_be_signed_in_is_never_answered_from_the_cache(site, name):
    assert often(site, "/", Cookie=f"other=1; {name}=abc") == 5
    assert often(site, "/", Cookie=f"{name}=abc") == 5


def test_a_token_is_never_answered_from_the_cache(site):
    assert often(site, "/", Authorization="Bearer abc") == 5


def test_another_cookie_with_a_like_name_is_no_session(site):
    assert often(site, "/", Cookie="mysession=1; session_seen=1") == 1


def test_the_cookies_are_those_of_the_settings():
    assert settings.SESSION_COOKIE_NAME.removeprefix("__Host-") == "session"
    assert settings.CSRF_COOKIE_NAME.removeprefix("__Host-") == "csrf"
    assert r"(__Host-)?(session|csrf)=" in CONFIGURATION


def test_pages_that_may_differ_are_kept_apart(site):
    upstream, port = site
    time.sleep(1.02 - time.time() % 1)
    differing = [
        {},
        {"Accept_Language": "de"},
        {"Cookie": "language=de"},
        {"HX_Request": "true"},
    ]
    bodies = [get(port, "/", **headers)[1] for headers in differing]
    assert len(set(bodies)) == len(differing)


def test_a_version_that_is_known_is_asked_for_and_answered_by_304(site):
    upstream, port = site
    assert get(port, "/live/1", If_None_Match='"1"')[0] == 304
    signed_in = {"Cookie": "session=1", "If_None_Match": '"1"'}
    assert get(port, "/asked", **signed_in)[0] == 304


def test_nobody_claims_an_address_or_a_scheme(site):
    upstream, port = site
    get(port, "/live/1", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http")
    assert upstream.seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert upstream.seen["HTTP_X_FORWARDED_PROTO"] == "https"
    assert upstream.seen["HTTP_HOST"] == HOST


def test_static_files_are_served_without_the_site(site):
    upstream, port = site
    status, body, headers = get(port, "/static/app.0123.css", Accept_Encoding="gzip")
    assert (status, body) == (200, "compressed")
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert get(port, "/static/app.0123.css")[1] == "plain"
    assert get(port, "/static/away.css")[0] == 404
    assert not any(path.startswith("/static") for path in upstream.asked)


def test_how_the_site_fares_is_asked_for_on_this_host(site):
    """Loopback is let in here; the rule itself is in the file for both addresses."""
    assert CONFIGURATION.count("allow 127.0.0.1;\n        allow ::1;\n        deny all;") == 2
