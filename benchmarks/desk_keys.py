"""How soon the next card is there when an editor rules by keyboard, with much waiting.

    python -m benchmarks.desk_keys [--waiting 10000] [--rulings 60] [--pause 0.7]

Builds a site in a temporary folder, starts it as `make run` does, and presses `a` in a real
Chromium: once with a pause for reading between two keys, once as fast as the keys come. Timed from
the key to the frame that shows the next card; beside it, how long the ruling took to be answered,
for which nobody waits.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from benchmarks.chromium import DESKTOP, FLAGS
from tests.site import RunningSite

WATCH = """() => {
  window.shown = [];
  document.addEventListener("keydown", ({ key, timeStamp }) => {
    if (key !== "a") return;
    const before = document.querySelector("#focus .card")?.id;
    const look = () => {
      const card = document.querySelector("#focus .card[id]");
      if (!card || card.id === before) return requestAnimationFrame(look);
      // After the frame that it was put into.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.shown.push(performance.now() - timeStamp);
      channel.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }, { capture: true });
  performance.setResourceTimingBufferSize(10000);
}"""
ANSWERED = """() => performance.getEntriesByType("resource")
  .filter((entry) => entry.name.endsWith("/rule/") || entry.name.includes("/rule/?"))
  .map((entry) => entry.duration)"""


def build(waiting: int) -> str:
    """Fill the database of REJOINDER_DATA; the name and value of an editor's cookie."""
    import django  # noqa: PLC0415 - the data folder is known only now

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from benchmarks import desk_rows  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    editor = desk_rows.build(waiting=waiting, decided=waiting)
    client = Client()
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    return json.dumps([name, client.cookies[name].value])


def rule(page: Page, rulings: int, pause: float) -> list[float]:
    """Approve so many; milliseconds from each key to the next card."""
    page.evaluate(WATCH)
    for number in range(rulings):
        page.keyboard.press("a")
        # The next key before this card is there would not be a ruling.
        page.wait_for_function("count => window.shown.length >= count", arg=number + 1)
        page.wait_for_timeout(1_000 * pause)
    return page.evaluate("window.shown")


def told(what: str, times: list[float]) -> str:
    ninetieth = quantiles(times, n=10)[-1]
    return f"| {what} | {median(times):.0f} ms | {ninetieth:.0f} ms | {max(times):.0f} ms |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--rulings", type=int, default=60)
    parser.add_argument("--pause", type=float, default=0.7, help="seconds of reading")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.build:
        print(build(args.waiting))
        return
    folder = Path(tempfile.mkdtemp(prefix="rejoinder-desk-"))
    try:
        command = [sys.executable, "-m", "benchmarks.desk_keys", "--build"]
        made = subprocess.run(
            [*command, "--waiting", str(args.waiting)],
            env={**os.environ, "REJOINDER_DATA": str(folder), "REJOINDER_ENV": "development"},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        name, value = json.loads(made.stdout.splitlines()[-1])
        with RunningSite(data_dir=folder) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            context = browser.new_context(**DESKTOP)
            context.add_cookies([{"name": name, "value": value, "url": site.url}])
            page = context.new_page()
            print("| With | Median | 90th of 100 | Longest |\n| --- | --- | --- | --- |")
            for what, pause in (("time to read", args.pause), ("no time to read", 0.0)):
                page.goto(f"{site.url}/desk/")
                page.locator(".desk.alive").wait_for()
                page.wait_for_timeout(1_000)
                print(told(f"{what}, key to card", rule(page, args.rulings, pause)))
                page.wait_for_timeout(2_000)
                print(told(f"{what}, ruling answered", page.evaluate(ANSWERED)))
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
