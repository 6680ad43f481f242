"""Run on the host that was made: is the site there, and is it what the page promises?"""

import contextlib
import http.client
import json
import ssl
import subprocess
import threading
import time
from http.client import HTTPMessage

HOST = "news.example.org"
MANAGE = "/srv/rejoinder/deploy/manage"
MARK = "harbourlight"
# An article with a comment that the worker has judged, and somebody who is signed in.
FILL = f"""
import json, time
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from comments.models import Comment
from tests.factories import make_article, make_comment, make_user

reader, article = make_user(), make_article()
posted = make_comment(author=reader, article=article, status="pending",
                      body="We met at the {MARK} on a calm morning, and I liked what was said.")
until = time.monotonic() + 30
while Comment.objects.get(pk=posted.pk).status == "pending" and time.monotonic() < until:
    time.sleep(0.1)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(reader.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = reader.get_session_auth_hash()
session.save()
print(json.dumps({{"status": Comment.objects.get(pk=posted.pk).status, "comment": posted.pk,
                  "path": article.get_absolute_url(), "session": session.session_key}}))
"""
REMOVE = """
import time
from comments import operations
from comments.models import Comment

comment = Comment.objects.select_related("author").get(pk={comment})
operations.withdraw_comment(actor=comment.author, comment=comment)
print(time.time())
"""


def get(path: str, **headers: str) -> tuple[int, str, HTTPMessage]:
    plain = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", 443, timeout=20, context=plain)
    try:
        connection.request("GET", path, headers={"Host": HOST, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def manage(code: str) -> str:
    done = subprocess.run(
        [MANAGE, "shell", "--no-imports", "-c", code], check=True, capture_output=True, text=True
    )
    return done.stdout.strip().splitlines()[-1]


def systemctl(*words: str) -> str:
    done = subprocess.run(["systemctl", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def wait_for_the_site() -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if get("/healthz")[0] == 200:
                return
        time.sleep(0.2)
    raise SystemExit("the site did not answer within a minute")


def pages_are_kept_for_anyone_alone(path: str, session: str) -> None:
    kept = [get(path)[2]["X-Cache"] for _ in range(30)]
    assert set(kept) <= {"MISS", "HIT", "EXPIRED"} and "HIT" in kept, kept
    for _ in range(3):
        status, _body, headers = get(path, Cookie=f"__Host-session={session}")
        assert status == 200 and headers["X-Cache"] is None
    body = get(path, Cookie=f"__Host-session={session}")[1]
    assert "/accounts/logout/" in body and "/accounts/logout/" not in get(path)[1]
    print("an anonymous page is kept, a signed-in one is not")


def a_removal_is_gone_within_a_second(path: str, comment: int) -> None:
    seen: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            asked = time.time()
            if MARK in get(path)[1]:
                seen.append(asked)
            time.sleep(0.02)

    assert MARK in get(path)[1]
    watcher = threading.Thread(target=watch)
    watcher.start()
    removed = float(manage(REMOVE.format(comment=comment)))
    time.sleep(2.5)
    ended.set()
    watcher.join()
    late = max(seen) - removed
    print(f"{len(seen)} looks saw it; the last one {late:+.2f} s from its removal")
    assert len(seen) > 5 and late <= 1.05


def a_reload_refuses_nobody(path: str) -> None:
    statuses: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            statuses.append(get(path, Cookie="session=none")[0])

    before = systemctl("show", "--property=MainPID", "rejoinder-web")
    children = processes()
    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    systemctl("reload", "rejoinder-web")
    until = time.monotonic() + 120
    while processes() & children and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(1)
    ended.set()
    for thread in asking:
        thread.join()
    assert not processes() & children, "the old processes have ended"
    assert systemctl("show", "--property=MainPID", "rejoinder-web") == before
    print(f"{len(statuses)} answers during a reload, {set(statuses)}")
    assert set(statuses) == {200}


def processes() -> set[str]:
    main = systemctl("show", "--property=MainPID", "--value", "rejoinder-web")
    done = subprocess.run(["pgrep", "--parent", main], check=False, capture_output=True, text=True)
    return set(done.stdout.split())


def a_second_clock_stands_by() -> None:
    environment = "set -a; REJOINDER_DATA=/var/lib/rejoinder; . /etc/rejoinder/rejoinder.env; "
    beat = "exec timeout 60 .venv/bin/celery --app config beat --schedule /tmp/second-clock"
    done = subprocess.run(
        ["runuser", "-u", "rejoinder", "--", "sh", "-c", f"{environment}{beat}"],
        cwd="/srv/rejoinder",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert "another beat runs: this one stands by" in done.stdout, done.stdout
    print("a second clock stands by")


def what_dies_comes_back(unit: str) -> None:
    before = systemctl("show", "--property=MainPID", "--value", unit)
    systemctl("kill", "--signal=KILL", unit)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        now = systemctl("show", "--property=MainPID", "--value", unit)
        if now not in ("0", before):
            print(f"{unit} is back")
            return
        time.sleep(0.2)
    raise SystemExit(f"{unit} did not come back")


def main() -> None:
    wait_for_the_site()
    made = json.loads(manage(FILL))
    assert made["status"] == "approved", made
    print("the worker has judged a comment")
    pages_are_kept_for_anyone_alone(made["path"], made["session"])
    a_removal_is_gone_within_a_second(made["path"], made["comment"])
    status, _body, headers = get("/static/css/site.css")
    assert status == 404 and headers["Server"] == "nginx", "only hashed names are served"
    a_reload_refuses_nobody(made["path"])
    a_second_clock_stands_by()
    for unit in ("rejoinder-beat", "rejoinder-worker@judging", "rejoinder-web"):
        what_dies_comes_back(unit)
    wait_for_the_site()


if __name__ == "__main__":
    main()
