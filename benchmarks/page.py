"""Measure reading: the article page of a large discussion, on the wire and in a real browser.

    python -m benchmarks.page [--comments 10000] [--rounds 5] [--requests 60] [--loads 5]

Fills an empty data folder with a discussion of that size, every comment through the real
operations, and one of ten; serves them as the site does (granian, WSGI, one process) with bare
Django views of the same bytes beside them (benchmarks/bare.py), and prints tables: queries, rows,
processor time against the bare views in turn within one run, then weight, largest contentful paint
and layout shift in Chromium. Exits 1 when a count or a weight is over its budget; times are
reported, never judged.
"""

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

from benchmarks.chromium import Load, look
from benchmarks.replay import cpu_seconds
from benchmarks.report import machine, table
from tests.site import REPOSITORY, free_port, wait_until

SLUG, SMALL = "large", "small"
QUERIES = {"anonymous": 6, "signed in": 11}  # budgets of the design
WEIGHT = 60_000  # bytes of a first view, compressed, without the article's own images


def stage(data_dir: Path, verb: str, **arguments: Any) -> Any:
    """Have benchmarks.crowd do one thing in the database of a site; its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crowd", verb],
        input=json.dumps(arguments), env=_environment(data_dir), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"crowd {verb} ended with {done.returncode}")
    return json.loads(done.stdout)


def _environment(data_dir: Path, port: int | None = None) -> dict[str, str]:
    given = {"REJOINDER_DATA": str(data_dir), "REJOINDER_ENV": "production"}
    return {**os.environ, **given, **({"PORT": str(port)} if port else {})}


@contextmanager
def server(data_dir: Path, port: int) -> Iterator[int]:
    """granian on the data folder, as the site starts it; its process number."""
    argv = [
        *(sys.executable, "-m", "granian", "--no-ws", "--interface", "wsgi", "--http", "1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "4"),
        *("--log-level", "warning", "benchmarks.bare:application"),
    ]
    process = subprocess.Popen(
        argv, cwd=REPOSITORY, env=_environment(data_dir, port), start_new_session=True
    )
    try:
        wait_until(lambda: _answers(port), 60, "the server")
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        return get(http.client.HTTPConnection("localhost", port, timeout=5), "/healthz", {})[0]
    except OSError:
        return False


def get(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[int, bytes]:
    """One GET over a kept connection: status and body as sent. Raises on anything but a 200."""
    connection.request("GET", path, headers={"Host": "localhost", **headers})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.status, body


def in_turn(
    port: int, pid: int, asked: dict[str, tuple[str, dict[str, str]]], *, rounds: int, requests: int
) -> dict[str, dict[str, float]]:
    """Each kind of request in turn, `rounds` times: medians of {cpu, wall} seconds for one."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for path, headers in asked.values():
        for _warm in range(5):
            get(connection, path, headers)
    for _round in range(rounds):
        for name, (path, headers) in asked.items():
            cpu, began = cpu_seconds(pid), monotonic()
            for _n in range(requests):
                get(connection, path, headers)
            taken[name].append(
                ((cpu_seconds(pid) - cpu) / requests, (monotonic() - began) / requests)
            )
    return {
        name: {"cpu": median(cpu for cpu, _w in pairs), "wall": median(w for _c, w in pairs)}
        for name, pairs in taken.items()
    }


def _served(port: int, pid: int, data_dir: Path, cookie: dict[str, str], options: Any) -> str:
    """The table of processor times."""
    path, session = f"/articles/{SLUG}/", {"Cookie": f"{cookie['name']}={cookie['value']}"}
    zipped = {"Accept-Encoding": "gzip"}
    plain = http.client.HTTPConnection("localhost", port, timeout=60)
    page = get(plain, path, {})[1]
    (data_dir / "bare.html").write_bytes(page)
    poll = re.search(rb'data-poll="([^"]+)"', page)[1].decode()
    asked = {
        "anonymous": (path, {}),
        "bare": ("/bare/", {}),
        "bare behind the site's middleware": ("/bare-housed/", {}),
        "anonymous, gzip": (path, zipped),
        "bare behind the site's middleware, gzip": ("/bare-housed/", zipped),
        "signed in": (path, session),
        "signed in, gzip": (path, {**session, **zipped}),
        "an open page's question": (poll, {}),
    }
    taken = in_turn(port, pid, asked, rounds=options.rounds, requests=options.requests)
    against = {
        "anonymous": "bare", "signed in": "bare", "bare behind the site's middleware": "bare",
        "anonymous, gzip": "bare behind the site's middleware, gzip",
        "signed in, gzip": "bare behind the site's middleware, gzip",
    }  # fmt: skip
    rows = []
    for name, one in taken.items():
        other = taken.get(against.get(name, ""))
        rows.append(
            (
                name,
                f"{one['cpu'] * 1000:.2f} ms",
                f"{one['wall'] * 1000:.2f} ms",
                f"{other['cpu'] / one['cpu']:.2f}" if other else "",
                f"{other['wall'] / one['wall']:.2f}" if other else "",
                against.get(name, ""),
            )
        )
    head = ("Request", "CPU", "Answered in", "CPU, share", "Requests a second, share", "Against")
    return table(head, rows)


def _counted(counts: dict[str, list[int]], filled: dict[str, int]) -> tuple[str, list[str]]:
    """The table of queries, and what is over its budget."""
    rows, faults = [], []
    for place, (who, most) in enumerate(QUERIES.items()):
        few, many = (counts[f"/articles/{slug}/"][place] for slug in (SMALL, SLUG))
        rows.append((f"queries, {who}", str(few), str(many), str(most)))
        if many > most or few != many:
            faults.append(f"{who}: {few} queries, then {many}, of at most {most}")
    head = ("What", *(f"{filled[slug]:,} comments" for slug in (SMALL, SLUG)), "Budget")
    return table(head, rows), faults


def _seen(loads: dict[str, list[Load]]) -> tuple[str, list[str]]:
    """The table of what Chromium saw, and what is over its budget."""
    rows, faults = [], []
    for name, every in loads.items():
        first = every[0]
        weight = round(median(load.bytes - load.image_bytes for load in every))
        foreign = sum(load.foreign for load in every)
        rows.append(
            (
                name,
                f"{weight / 1000:.1f} kB",
                f"{first.html_bytes / 1000:.1f} kB of {first.html_plain_bytes / 1000:.1f} kB",
                str(first.requests),
                str(first.blocking),
                str(foreign),
                f"{median(load.paint for load in every):,.0f} ms",
                f"{max(load.shift for load in every):.3f}",
            )
        )
        too_heavy = weight > WEIGHT and name.startswith("anonymous")  # nobody signs in unseen
        if too_heavy or foreign or first.blocking > 1:
            faults.append(f"{name}: {weight} bytes, {foreign} foreign, {first.blocking} blocking")
    head = (
        "Page", "Weight", "Of it the page itself", "Requests", "Render-blocking",
        "To other hosts", "Largest contentful paint", "Layout shift, the whole way down",
    )  # fmt: skip
    return table(head, rows), faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comments", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=60, help="of each kind in a round")
    parser.add_argument("--loads", type=int, default=5, help="of each page in Chromium")
    parser.add_argument("--data", type=Path, help="a folder this filled before, or an empty one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rejoinder-page-") as folder:
        return measure(options.data or Path(folder), options)


def measure(data_dir: Path, options: Any) -> int:
    """Fill the folder if nobody has, measure, print. 1 when something is over its budget."""
    noted = data_dir / "filled.json"
    prepare = [sys.executable, "manage.py", "prepare"]
    environment = _environment(data_dir)
    subprocess.run(prepare, cwd=REPOSITORY, env=environment, check=True, stdout=sys.stderr)
    if not noted.exists():
        filled = stage(data_dir, "fill", sizes={SMALL: 10, SLUG: options.comments})
        noted.write_text(json.dumps(filled))
    filled = json.loads(noted.read_text())
    counts = stage(data_dir, "queries", paths=[f"/articles/{slug}/" for slug in filled])
    cookie = stage(data_dir, "sign_in")
    port = free_port()
    load_before = os.getloadavg()[0]
    with server(data_dir, port) as pid:
        served = _served(port, pid, data_dir, cookie, options)
        loads, live = look(
            f"http://localhost:{port}",
            f"/articles/{SLUG}/",
            cookie=cookie,
            times=options.loads,
            go_live=lambda parent: stage(data_dir, "go_live", slug=SLUG, parent=parent, answers=2),
        )
    counted, faults = _counted(counts, filled)
    seen, heavy = _seen(loads)
    faults += heavy + ([f"replies moved the page by {live.shift}"] if live.shift else [])
    print(machine(load_before), end="\n\n")
    told = (
        f"Live replies: {live.told} told on an open page after {live.seconds:.1f} s, layout shift"
        f" {live.shift:.3f}; {live.placed} shown where they belong when asked for."
    )
    print("\n\n".join([counted, served, seen, told]))
    for fault in faults:
        print(f"OVER: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
