"""Measure what reading costs in processor time, beside the least that any server could do.

    python -m benchmarks.reading [--sizes 100 10000 1000000] [--rounds 7] [--requests 200]

Fills an empty data folder (SQLite) with a discussion of each size, and serves it with granian, one
process: the site; the site asking for versions on every request; a bare WSGI callable with the
same bytes; a bare Django view without middleware, with the same bytes; and nginx with the same
bytes as a file, if it is installed. Every kind of request is asked in turn, round by round, on one
kept connection, so that all share the noise. CPU is that of the whole process tree, in nanoseconds
from /proc. Prints tables; exits 1 when a ratio is over its target.
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from benchmarks import processes
from benchmarks.page import stage
from benchmarks.report import machine
from tests.site import REPOSITORY, free_port, wait_until

SEED = 100  # comments that are made by the real operations; more are copies of them
TARGETS = {"warm": 1.25, "after a change": 4.0, "poll": 1.25}
FLAT = 1.2


@dataclass
class Server:
    """A running server: its port and its first process. others: that work for it and are not its
    children."""

    port: int
    pid: int
    others: tuple[int, ...] = ()

    def cpu(self) -> int:
        """Nanoseconds of all its processes and their threads so far."""
        return sum(processes.cpu(first) for first in (self.pid, *self.others))


@dataclass
class Asked:
    """One kind of request. before: what happens before each one, outside of the measure; compose:
    each one's own body and headers; after: what a round of so many is followed by."""

    server: Server
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    before: Callable[[], object] | None = None
    share: float = 1.0  # of the requests of a round
    method: str = "GET"
    compose: Callable[[], tuple[bytes, dict[str, str]]] | None = None
    after: Callable[[int], None] | None = None
    costs: list[float] = field(default_factory=list)
    size: int = 0
    body: bytes = b""  # of the last answer
    answered: int = 0


def _environment(data_dir: Path, **more: str) -> dict[str, str]:
    given = {
        "REJOINDER_DATA": str(data_dir), "REJOINDER_ENV": "production",
        "SITE_URL": "http://localhost:8000", "ACCESS_LOG": "off",
    }  # fmt: skip
    return {**os.environ, **given, **more}


@contextmanager
def granian(data_dir: Path, target: str, **more: str) -> Iterator[Server]:
    """The application on a free port of the loopback, as the site starts it."""
    with served(target, _environment(data_dir, **more)) as server:
        yield server


@contextmanager
def served(
    target: str, environment: dict[str, str], python: str | Path = sys.executable
) -> Iterator[Server]:
    """A WSGI application in one process of granian. python: of the environment that has it."""
    port = free_port()
    argv = [
        *(str(python), "-m", "granian", "--no-ws", "--interface", "wsgi", "--http", "1"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--blocking-threads", "4", "--log-level", "warning", target),
    ]
    with _running(argv, port, environment) as server:
        yield server


@contextmanager
def nginx(folder: Path, page: Path) -> Iterator[Server | None]:
    """A static file of the same bytes; None where nginx is not installed."""
    command = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if command is None:
        yield None
        return
    port = free_port()
    (folder / "www").mkdir(exist_ok=True)
    (folder / "www" / "page").write_bytes(page.read_bytes())
    (folder / "www").chmod(0o755)
    folder.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"{'user root;' if os.getuid() == 0 else ''}\n"
        f"events {{ }}\n"
        f"http {{ access_log off; default_type text/html; keepalive_requests 1000000;\n"
        f"client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"sendfile on; open_file_cache max=10;\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}\n"
    )
    argv = [command, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    with _running(argv, port, dict(os.environ)) as server:
        yield server


@contextmanager
def _running(argv: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(
        argv, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: _answers(port), 90, argv[-1])
        yield Server(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("HEAD", "/page")
        connection.getresponse()
    except OSError:
        return False
    return True


def ask(connection: http.client.HTTPConnection, asked: Asked) -> http.client.HTTPResponse:
    sent, own = asked.compose() if asked.compose else (None, {})
    headers = {"Host": "localhost", **asked.headers, **own}
    connection.request(asked.method, asked.path, sent, headers)
    answer = connection.getresponse()
    asked.body = answer.read()
    if answer.status != asked.status:
        raise RuntimeError(
            f"{asked.method} {asked.path} answered {answer.status}: {asked.body[:300]!r}"
        )
    asked.size = len(asked.body)
    asked.answered += 1
    return answer


def measure(kinds: dict[str, Asked], *, rounds: int, requests: int) -> None:
    """Fill in the costs of every kind, in turn, as milliseconds of CPU for one request."""
    open_to = {
        asked.server.port: http.client.HTTPConnection("127.0.0.1", asked.server.port, timeout=60)
        for asked in kinds.values()
    }
    for number in range(rounds + 1):
        for asked in kinds.values():
            connection = open_to[asked.server.port]
            count = max(5, round(requests * asked.share))
            # granian gives up a connection on which nothing was asked for half a minute.
            connection.close()
            connection.connect()
            if asked.method == "GET":
                _prime(connection, asked)
            before = asked.server.cpu()
            for _request in range(count):
                if asked.before is not None:
                    asked.before()
                ask(connection, asked)
            spent = asked.server.cpu() - before
            if asked.after is not None:
                asked.after(count)
            if number:  # the first round warms
                asked.costs.append(spent / count / 1e6)


def _prime(connection: http.client.HTTPConnection, asked: Asked) -> None:
    """Have the page made that others' changes have outdated, and learn its tag."""
    first = replace(asked, status=200, headers={**asked.headers, "If-None-Match": ""})
    tag = ask(connection, first).headers["ETag"]
    if asked.status == 304:
        asked.headers["If-None-Match"] = tag


def fill(data_dir: Path, sizes: list[int]) -> None:
    """A discussion of each size: SEED comments by the real operations, the rest their copies."""
    prepare = [sys.executable, "manage.py", "prepare"]
    subprocess.run(
        prepare, cwd=REPOSITORY, env=_environment(data_dir), check=True, stdout=sys.stderr
    )
    stage(data_dir, "fill", sizes={f"of-{size}": SEED for size in sizes})
    with sqlite3.connect(data_dir / "db.sqlite3", timeout=60) as database:
        for size in sizes:
            _multiply(database, f"of-{size}", size)


def _multiply(database: sqlite3.Connection, slug: str, size: int) -> None:
    """Copy a discussion's comments until it has `size`, each copy an hour older than the last."""
    (asked,) = database.execute(
        "SELECT c.id FROM articles_calltoaction c JOIN articles_article a ON a.id = c.article_id"
        " WHERE a.slug = ?",
        [slug],
    ).fetchone()
    highest = database.execute("SELECT max(id) FROM comments_comment").fetchone()[0]
    columns = [row[1] for row in database.execute("PRAGMA table_info(comments_comment)")]
    step = 10 ** len(str(highest))
    changed = {
        "id": "id + n * :step",
        "parent_id": "parent_id + n * :step",
        "root_id": "root_id + n * :step",
        "latest_id": "NULL",
        "live_revision_id": "NULL",
        "idempotency_key": "NULL",
        "live_at": "strftime('%Y-%m-%d %H:%M:%f', live_at, '-' || n || ' hours') || '000'",
        "fragment": "replace(replace(fragment, '/c/' || id || '/', '/c/' || (id + n * :step) ||"
        " '/'), '\"by' || id || '\"', '\"by' || (id + n * :step) || '\"')",
    }
    values = ", ".join(changed.get(column, column) for column in columns)
    with database:
        database.execute(
            f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies"
            f" WHERE n < :copies - 1) INSERT INTO comments_comment ({', '.join(columns)})"
            f" SELECT {values} FROM comments_comment CROSS JOIN copies"
            f" WHERE call_to_action_id = :asked AND id <= :highest AND :copies > 1",
            {"copies": size // SEED, "asked": asked, "highest": highest, "step": step},
        )
        (count,) = database.execute(
            "SELECT count(*) FROM comments_comment WHERE call_to_action_id = ? AND listed", [asked]
        ).fetchone()
        database.execute(
            "UPDATE articles_calltoaction SET live_count = ? WHERE id = ?", [count, asked]
        )
    print(f"  {count:,} comments in {slug}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=200, help="of each kind in a round")
    parser.add_argument("--data", type=Path, help="a folder this filled before, or an empty one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rejoinder-reading-") as temporary:
        folder = Path(temporary)
        data_dir = options.data or folder / "data"
        if not (data_dir / "db.sqlite3").exists():
            fill(data_dir, options.sizes)
        return report(data_dir, folder, options)


def changing(database: sqlite3.Connection, slug: str) -> Callable[[], object]:
    """What has one reader find that a comment on the page adds something."""
    return lambda: database.execute(
        "UPDATE comments_comment SET ups = ups + 1 WHERE id = (SELECT id FROM comments_comment"
        " WHERE listed AND parent_id IS NULL AND call_to_action_id = (SELECT c.id"
        " FROM articles_calltoaction c JOIN articles_article a ON a.id = c.article_id"
        " WHERE a.slug = ?) ORDER BY live_at DESC LIMIT 1)",
        [slug],
    )


def report(data_dir: Path, folder: Path, options: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    smallest = options.sizes[0]
    cookie = stage(data_dir, "sign_in")
    database = sqlite3.connect(data_dir / "db.sqlite3", timeout=60, isolation_level=None)
    with ExitStack() as stack:
        site = stack.enter_context(granian(data_dir, "config.wsgi:application"))
        noting = stack.enter_context(granian(data_dir, "config.wsgi:application", ACCESS_LOG="on"))
        asking = stack.enter_context(granian(data_dir, "benchmarks.reading_site:application"))
        page, poll = folder / "page.html", folder / "poll"
        path = f"/articles/of-{smallest}/"
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        page.write_bytes(answer.read())
        polled = re.search(rb'data-poll="([^"]+)"', page.read_bytes())[1].decode()
        poll.write_bytes(b"100")
        files = {"BARE_PAGE": str(page), "BARE_POLL": str(poll)}
        bare = stack.enter_context(granian(data_dir, "benchmarks.bare_wsgi:application", **files))
        (data_dir / "bare.html").write_bytes(page.read_bytes())
        view = stack.enter_context(granian(data_dir, "benchmarks.bare:application"))
        static = stack.enter_context(nginx(folder, page))

        def publish() -> None:
            """Something that shows on every page."""
            database.execute("UPDATE articles_section SET position = 1 - position")

        kinds = {
            "bare callable": Asked(bare, "/page"),
            "warm": Asked(site, path),
            "warm, with a line in the log": Asked(noting, path),
            "warm, brotli": Asked(site, path, {"Accept-Encoding": "gzip, br"}),
            "unchanged (304)": Asked(site, path, status=304),
            "warm, version read each time": Asked(asking, path),
            "bare Django view": Asked(view, "/bare/"),
            "after a change": Asked(
                asking, path, before=changing(database, f"of-{smallest}"), share=0.3
            ),
            "cold": Asked(asking, path, before=publish, share=0.1),
            "signed in": Asked(
                site, path, {"Cookie": f"{cookie['name']}={cookie['value']}"}, share=0.1
            ),
            "bare callable, a few bytes": Asked(bare, "/poll"),
            "poll": Asked(site, polled),
        }
        if static is not None:
            kinds["nginx, the same bytes"] = Asked(static, "/page")
        for size in options.sizes:
            slug = f"of-{size}"
            kinds[f"warm, {size:,}"] = Asked(site, f"/articles/{slug}/")
            kinds[f"after a change, {size:,}"] = Asked(
                asking, f"/articles/{slug}/", before=changing(database, slug), share=0.3
            )
        measure(kinds, rounds=options.rounds, requests=options.requests)
    print(machine(load), end="\n\n")
    cost = {name: median(asked.costs) for name, asked in kinds.items()}
    against = {
        "warm": "bare callable", "warm, brotli": "bare callable",
        "unchanged (304)": "bare callable", "warm, with a line in the log": "bare callable",
        "warm, version read each time": "bare callable",
        "nginx, the same bytes": "bare callable", "after a change": "bare Django view",
        "cold": "bare Django view", "signed in": "bare Django view",
        "poll": "bare callable, a few bytes", "bare Django view": "bare callable",
    }  # fmt: skip
    return _tables(kinds, cost, against, options.sizes)


def _tables(
    kinds: dict[str, Asked], cost: dict[str, float], against: dict[str, str], sizes: list[int]
) -> int:
    print("| Request | CPU | Bytes | Times | Of | Target |\n| --- | --- | --- | --- | --- | --- |")
    over = []
    for name, asked in kinds.items():
        if name[-1].isdigit():
            continue
        other = against.get(name, "")
        # Round by round, so that what disturbed both disturbs neither.
        ratio = (
            median(a / b for a, b in zip(asked.costs, kinds[other].costs, strict=True))
            if other
            else 0.0
        )
        target = TARGETS.get(name)
        print(
            f"| {name} | {cost[name]:.3f} ms | {asked.size:,} |"
            f" {f'{ratio:.2f}' if other else ''} | {other} | {target or ''} |"
        )
        if target and ratio > target:
            over.append(f"{name}: {ratio:.2f} times {other}, {target} wanted")
    print("\n| Comments | Warm | After a change | Bytes |\n| --- | --- | --- | --- |")
    for size in sizes:
        warm, after = f"warm, {size:,}", f"after a change, {size:,}"
        print(f"| {size:,} | {cost[warm]:.3f} ms | {cost[after]:.3f} ms | {kinds[warm].size:,} |")
    for kind in ("warm", "after a change"):
        costs = [cost[f"{kind}, {size:,}"] for size in sizes]
        if max(costs) > FLAT * min(costs):
            over.append(f"{kind}: {min(costs):.3f} to {max(costs):.3f} ms, not flat")
    for fault in over:
        print(f"OVER: {fault}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
