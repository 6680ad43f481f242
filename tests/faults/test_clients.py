"""Readers who are slow, many, or both: the others are served as ever."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import pytest

from benchmarks.client import Client
from tests.faults.house import answers
from tests.site import REPOSITORY, free_port, wait_until

pytestmark = [pytest.mark.site, pytest.mark.faults]
SLOW, SECONDS = 200, 40
SERVED_WITHIN = 3.0  # seconds, at the 95th percentile


def drip(url: str, head: bytes, over: threading.Event) -> list[threading.Thread]:
    """SLOW connections that send a head, then a byte a second."""
    parts = urlsplit(url)

    def hold() -> None:
        try:
            with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
                connection.sendall(head)
                while not over.wait(1):
                    connection.sendall(b"a")
        except OSError:
            return  # it was shown the door

    threads = [threading.Thread(target=hold, daemon=True) for _ in range(SLOW)]
    for thread in threads:
        thread.start()
    return threads


@contextlib.contextmanager
def nginx(url: str, folder: Path) -> Iterator[str]:
    """The proxy that takes a body in before it passes it on, as nginx does unless told not to."""
    if shutil.which("nginx") is None:
        subprocess.run([REPOSITORY / "tests" / "debian_packages.sh", "nginx-light"], check=False)
    if shutil.which("nginx") is None:
        pytest.skip("no nginx here, and no leave to install it")
    port = free_port()
    places = "".join(
        f"{name}_temp_path {folder / name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'};"
        " events { worker_connections 1024; }"
        f" http {{ access_log off; {places} server {{ listen 127.0.0.1:{port};"
        f" location / {{ proxy_pass {url}; proxy_set_header Host $http_host; }} }} }}"
    )
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder])
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 20, "nginx")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("part", ["head", "body"])
def test_slow_clients_stop_nobody(house, note, tmp_path, part):
    # A slow body holds a thread of the web server, so it takes a proxy to keep them from it.
    proxy = nginx(house.url, tmp_path) if part == "body" else contextlib.nullcontext(house.url)
    with proxy as url:
        _others_are_served(house, note, url, part)


def _others_are_served(house, note, url, part):
    talk = house.discussion(f"slow{part}")
    talk.open()
    talk.ledger.url = url
    head = {
        "head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        "body": f"POST /api/v1/articles/{talk.slug}/comments HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {house.tokens['reader5']}\r\nContent-Type: application/json\r\n"
        "Content-Length: 5000\r\n\r\n".encode(),
    }[part]
    over = threading.Event()
    with talk.watched() as lookout:
        threads = drip(url, head, over)
        try:
            time.sleep(2)
            times, until, n = [], time.monotonic() + SECONDS, 0
            client = Client(url, timeout=10)
            while time.monotonic() < until:
                began = time.monotonic()
                client.text(f"/articles/{talk.slug}/")
                times.append(time.monotonic() - began)
                n += 1
                entry = talk.entries(range(n, n + 1))[0]
                assert talk.ledger.post(entry) == 201
                times.append(entry.took[0])
        finally:
            over.set()
            for thread in threads:
                thread.join(15)
        found = talk.account(lookout)
    behind = ", behind nginx" if part == "body" else ""
    assert quantiles(times, n=20)[18] < SERVED_WITHIN
    note(f"{SLOW} clients that send their {part} a byte a second{behind}", found)


def test_two_hundred_readers_on_one_cold_page(house, note):
    talk = house.discussion("cold")
    talk.open()
    talk.ledger.post_all(talk.entries(range(1, 60), plain=True))
    assert talk.wait_decided() is not None
    pages: list[str] = []
    gate = threading.Barrier(201)

    def read() -> None:
        client = Client(house.url, timeout=60)
        gate.wait()
        pages.append(client.text(f"/articles/{talk.slug}/"))

    with talk.watched() as lookout:
        readers = [threading.Thread(target=read) for _ in range(200)]
        for reader in readers:
            reader.start()
        # Something public changes in the instant they come.
        talk.ledger.post_all(talk.entries(range(60, 61), plain=True))
        gate.wait()
        for reader in readers:
            reader.join(60)
        found = talk.account(lookout)
    assert len(pages) == 200
    assert all(page.count('class="comment') > 10 for page in pages)
    note("200 readers at once on a cold page", found)
