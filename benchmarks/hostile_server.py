"""The harness's own server: it collects policy reports and serves what the site does not."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Page:
    """A document that the harness serves itself, with the headers it is to have."""

    body: bytes
    headers: dict[str, str]


class OwnServer:
    """Listens on a loopback port of its own until it is closed."""

    def __init__(self) -> None:
        self.reports: deque[str] = deque()
        self.pages: list[Page] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                number = self.path.removeprefix("/page/").partition("?")[0]
                known = number.isdecimal() and int(number) < len(owner.pages)
                page = owner.pages[int(number)] if known else Page(b"", {})
                self.send_response(200 if known else 404)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self._finish(page.body)

            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == "/report":
                    owner.reports.append(_in_short(said))
                self.send_response(204)
                self._finish(b"")

            def _finish(self, body: bytes) -> None:
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Nothing: the counts are what is wanted."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: object) -> None:
                """A browser that hangs up is nothing to tell of."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.report_url = f"{self.url}/report"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, body: bytes, **headers: str) -> str:
        """The address of a page with these bytes and headers (`_` stands for `-`)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages.append(Page(body, named))
        return f"{self.url}/page/{len(self.pages) - 1}"

    def take_reports(self) -> list[str]:
        """The reports posted since the last call, each in a line."""
        taken = []
        while self.reports:
            taken.append(self.reports.popleft())
        return taken

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _in_short(said: bytes) -> str:
    try:
        report = json.loads(said)["csp-report"]
    except (ValueError, KeyError, TypeError):
        return said[:200].decode(errors="replace")
    names = ("effective-directive", "blocked-uri", "document-uri", "script-sample")
    return " ".join(str(report.get(name, "")) for name in names)
