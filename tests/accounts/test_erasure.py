"""Leaving: a day to think better of it, and then nothing is left, looked for everywhere."""

import contextlib
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import erasure
from accounts import operations as accounts
from accounts.erasure import ask_erasure, call_off_erasure, erase_due, keep_url, read_keep
from accounts.errors import Conflict, Forbidden
from accounts.models import User
from articles.models import CallToAction
from comments import fragments
from comments import operations as comments
from comments.models import Comment, CommentRevision
from record.models import Entry
from tests.accounts.canaries import PERSONAL, WORDS, let_the_day_pass, new_canaries, plant, seen
from tests.factories import make_comment, make_user, relax
from tests.site import REPOSITORY, wait_until

PASSWORD = "a long password"
BESIDE = "import django; django.setup(); from tests.accounts.canaries import main; main()"


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """What a commit sets off, set off."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def verbs(user: User) -> list[str]:
    return [entry.verb for entry in Entry.objects.about(user).order_by("pk")]


# --- The day -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_asking_stops_posting_and_erases_nothing_yet(committing, mailoutbox):
    user = make_user(display_name="Wren Ashby")
    comment = make_comment(author=user)
    with committing():
        user = ask_erasure(actor=user, user=user, words=True)
    assert not user.may_post()
    assert timedelta(hours=23) < user.erase_after - timezone.now() <= timedelta(hours=24)
    assert erase_due() == 0
    assert fresh(user).display_name == "Wren Ashby"
    assert fresh(comment).is_live
    assert verbs(user) == ["ask_erasure"]
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    link = re.search(r"/account/keep/([^/]+)/", mail.body)
    assert read_keep(link[1]) == user
    with pytest.raises(Conflict):
        ask_erasure(actor=user, user=user, words=False)


@pytest.mark.django_db
def test_only_its_owner_asks_and_an_admin_stays():
    user = make_user()
    for actor in (make_user(), make_user(role="admin")):
        with pytest.raises(Forbidden):
            ask_erasure(actor=actor, user=user, words=False)
        with pytest.raises(Forbidden):
            call_off_erasure(actor=actor, user=user)
    admin = make_user(role="admin")
    with pytest.raises(Forbidden):
        ask_erasure(actor=admin, user=admin, words=False)


@pytest.mark.django_db
def test_the_link_of_the_mail_keeps_the_account_without_signing_in():
    user = make_user()
    user = ask_erasure(actor=user, user=user, words=True)
    path = urllib.parse.urlsplit(keep_url(user)).path
    client = Client(enforce_csrf_checks=True)
    page = client.get(path)
    assert page.status_code == 200 and user.display_name in page.content.decode()
    assert fresh(user).erase_after is not None, "looking changes nothing"
    assert client.post(path).status_code == 403, "a button of ours alone does it"
    token = {"csrfmiddlewaretoken": str(page.context["csrf_token"])}
    assert client.post(path, token).status_code == 200
    user = fresh(user)
    assert user.erase_after is None and not user.erase_words and user.may_post()
    assert client.get(path).status_code == 404, "a link is for one erasure"
    assert client.get(path[:-3] + "xx/").status_code == 404


@pytest.mark.django_db
def test_every_page_says_when_and_keeps_the_account_at_a_press(client):
    cache.clear()
    user = make_user()
    client.force_login(user)
    user = ask_erasure(actor=user, user=user, words=True)
    for name in ("my_account", "front", "my_comments"):
        page = client.get(reverse(name)).content.decode()
        assert reverse("keep_account") in page and "Your comments go with it." in page
    client.post(reverse("keep_account"))
    assert fresh(user).erase_after is None
    assert verbs(user) == ["ask_erasure", "call_off_erasure"]
    assert "leaving" not in client.get(reverse("my_account")).content.decode()


@pytest.mark.django_db
def test_whoever_was_made_an_admin_meanwhile_stays(committing):
    user = make_user()
    ask_erasure(actor=user, user=user, words=False)
    accounts.set_role(actor=None, user=user, role="admin")
    let_the_day_pass(user.pk)
    assert erase_due() == 0
    assert fresh(user).erase_after is None and fresh(user).erased_at is None


@pytest.mark.django_db
def test_an_account_that_resists_does_not_keep_the_others(monkeypatch, caplog):
    first, second = make_user(display_name="Wren Ashby"), make_user()
    for user in (first, second):
        ask_erasure(actor=user, user=user, words=False)
        let_the_day_pass(user.pk)

    def fails_for_one(user: User) -> None:
        if user.pk == first.pk:
            raise RuntimeError(user.display_name)

    monkeypatch.setattr(erasure.ports, "erase_parts", [fails_for_one])
    assert erase_due() == 1
    assert fresh(first).erased_at is None and fresh(second).erased_at is not None
    assert str(first.pk) in caplog.text and "Wren" not in caplog.text


@pytest.mark.django_db
def test_an_erasure_out_of_time_goes_on_with_the_next_call(monkeypatch):
    relax()
    user = make_user()
    article = make_comment(author=user).call_to_action.article
    for number in range(3):
        make_comment(author=user, article=article, body=f"Sentence number {number}.")
    ask_erasure(actor=user, user=user, words=True)
    let_the_day_pass(user.pk)
    monkeypatch.setattr("comments.operations.leaving.BATCH", 1)
    calls = 0
    while fresh(user).erased_at is None:
        erase_due(seconds=0)
        calls += 1
        assert calls < 100
    assert calls > 3
    assert not Comment.objects.live().filter(author=user).exists()


# --- What becomes of the words -------------------------------------------------------------------


@pytest.mark.django_db
def test_removed_comments_leave_a_tombstone_where_replies_hang_and_true_counts(committing):
    relax()
    user = make_user()
    root = make_comment(author=user, body="A root to be answered.")
    reply = make_comment(parent=root, body="An answer that stays.")
    leaf = make_comment(author=user, parent=reply, body="A leaf without answers.")
    alone = make_comment(author=user, article=root.call_to_action.article, body="Alone here.")
    before = CallToAction.objects.get(pk=root.call_to_action_id)
    with committing():
        accounts.erase_account(actor=None, user=user, words=True)
    now = CallToAction.objects.get(pk=before.pk)
    assert (before.live_count, now.live_count) == (4, 1)
    assert now.version > before.version
    root, reply, leaf, alone = (fresh(row) for row in (root, reply, leaf, alone))
    assert root.listed and not root.is_live and "withdrawn" in root.fragment
    assert reply.is_live and reply.reply_count == 0
    assert not leaf.listed and not alone.listed
    assert (root.reply_count, root.thread_count) == (1, 1)
    for revision in CommentRevision.objects.filter(comment__author=user):
        assert (revision.source, revision.html, revision.fingerprint) == ("", "", "")


@pytest.mark.django_db
def test_kept_comments_show_neither_the_name_nor_a_way_to_the_person(committing):
    user = make_user(display_name="Zephyrine & 100% Bees")
    comment = make_comment(author=user, body="Words that stay for everybody.")
    assert "Zephyrine" in comment.fragment
    with committing():
        accounts.erase_account(actor=None, user=user, words=False)
    assert fresh(comment).fragment_stale, "no sweep has been by, and the name is gone already"
    at_once = fresh(comment).fragment
    assert fragments.refresh_stale() == 1
    assert fresh(comment).fragment == at_once, "it goes as the template has it"
    comment = fresh(comment)
    assert comment.is_live and "Words that stay" in comment.fragment
    assert "Zephyrine" not in comment.fragment
    assert f"/people/{user.pk}/" not in comment.fragment
    page = Client().get(comment.call_to_action.article.get_absolute_url()).content.decode()
    assert "Words that stay" in page
    assert "Zephyrine" not in page and f"/people/{user.pk}/" not in page


@pytest.mark.django_db
def test_reactions_go_and_their_counts_stay(committing):
    user = make_user()
    comment = make_comment()
    comments.react(actor=user, comment=comment, value=1)
    with committing():
        accounts.erase_account(actor=None, user=user)
    assert not user.reactions.exists()
    assert fresh(comment).ups == 1


# --- The canaries --------------------------------------------------------------------------------


def sign_in_halfway(address: str) -> None:
    """A sign-in by code that was begun and never finished."""
    session = SessionStore()
    session["account_login"] = {"email": address.upper()}
    session.save()


@pytest.mark.django_db
@pytest.mark.parametrize("words", [True, False], ids=["remove", "anonymise"])
def test_no_table_holds_a_canary_after_the_erasure(client, committing, words):
    cache.clear()
    canaries = new_canaries()
    user = User.objects.get(pk=plant(canaries, password=PASSWORD))
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    sign_in_halfway(f"{canaries['signin']}@example.org")
    User.objects.filter(pk=user.pk).update(email=f"{canaries['signin']}@example.org")
    cache.set("planted", canaries["name"])
    first = seen(canaries.values())
    for place, canary in canaries.items():
        assert first[canary], f"{place} was never there, so nothing is shown by its absence"
    assert "cache" in first[canaries["name"]] and "django_session" in first[canaries["signin"]]
    cache.clear()
    ask_erasure(actor=user, user=fresh(user), words=words)
    let_the_day_pass(user.pk)
    with committing():
        assert erase_due() == 1
    last = seen(canaries.values())
    assert {place: last[canaries[place]] for place in PERSONAL if last[canaries[place]]} == {}
    for place in WORDS:
        assert bool(last[canaries[place]]) != words, place
    assert not Entry.objects.filter(detail__icontains=user.display_name).exists()


# --- The whole site, with its files --------------------------------------------------------------


def ask_beside(site, verb: str, **given) -> object:
    """One verb of tests.accounts.canaries, carried out by a process beside the running site."""
    answer = subprocess.run(
        [sys.executable, "-c", BESIDE, verb],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "REJOINDER_DATA": str(site.data_dir),
            "REJOINDER_ENV": "development",
            "PORT": str(site.port),
        },
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return json.loads(answer.stdout.splitlines()[-1])


def sign_in(site, email: str) -> None:
    """Sign in over HTTP as a browser does, after one more sign-in that is left halfway."""
    for path, fields in (
        ("/accounts/login/code/", {"email": email}),
        ("/accounts/login/", {"login": email, "password": PASSWORD}),
    ):
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        opener = urllib.request.build_opener(cookies)
        page = opener.open(site.url + path).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        assert opener.open(urllib.request.Request(site.url + path, data=body)).status == 200


def files_with(site, canaries: Iterable[str]) -> dict[str, set[str]]:
    """The site's files that hold each of these canaries, in any case, of whatever kind they are."""
    found: dict[str, set[str]] = {}
    for path in sorted(site.data_dir.rglob("*")):
        name = path.relative_to(site.data_dir)
        # Static files come with the program and are many; backups are said to be kept in the docs.
        if name.parts[0] in ("static", "backups") or not path.is_file():
            continue
        held = path.read_bytes().lower()
        for canary in canaries:
            if canary.lower().encode() in held:
                found.setdefault(canary, set()).add(str(name))
    return found


@pytest.mark.site
def test_no_file_table_queue_or_page_of_a_running_site_holds_a_canary(running_site):
    site = running_site
    on_sqlite = not os.environ.get("DATABASE_URL", "").startswith("postgres")
    gone, kept = new_canaries(), new_canaries()
    people = ask_beside(site, "plant", canaries=[gone, kept], password=PASSWORD)
    for canaries in (gone, kept):
        sign_in(site, f"{canaries['mail']}@example.org")
    # The worker mails the reply, with its words and its author's name, to somebody who stays.
    replies = [one["reply"] for one in (gone, kept)]
    wait_until(
        lambda: all(
            any(name.startswith("mail/") for name in files_with(site, [reply]).get(reply, ()))
            for reply in replies
        ),
        60,
        "a mail about the reply",
    )
    planted = [one[place] for one in (gone, kept) for place in one if place != "signin"]
    before, in_files = ask_beside(site, "look", canaries=planted), files_with(site, planted)
    for canary in planted:
        assert before[canary], f"{canary} was in no table"
        assert not on_sqlite or any(
            name.startswith("db.sqlite3") for name in in_files.get(canary, ())
        ), f"{canary} was not in the file of the database"
    assert "django_session" in before[gone["mail"]]
    assert "comments_words" in " ".join(before[gone["live"]]), "the search index is looked into"
    # What nobody else puts words into is looked into as well: one of another flock shows that.
    other = new_canaries()
    ask_beside(site, "put_in_queue", canary=other["name"])
    assert ask_beside(site, "queue", canaries=[other["name"]]) == [other["name"]]
    probes = {"media/look.txt", "logs/look.log"}
    for name in probes:
        (site.data_dir / name).write_text(other["bio"])
    assert files_with(site, [other["bio"]]) == {other["bio"]: probes}

    assert ask_beside(site, "erase", people=[[people[0], True], [people[1], False]])
    wait_until(lambda: ask_beside(site, "left", people=people) == 0, 150, "both erasures")
    banished = [*gone.values(), *(kept[place] for place in PERSONAL)]
    after = ask_beside(site, "look", canaries=banished)
    assert {canary: where for canary, where in after.items() if where} == {}
    wait_until(lambda: not ask_beside(site, "queue", canaries=banished), 60, "an empty queue")
    # The last pages leave the write-ahead log when whoever reads at this moment has read.
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: not files_with(site, banished), 30, "files without them")
    assert files_with(site, banished) == {}
    page = urllib.request.urlopen(f"{site.url}{article_of(site, kept)}").read().decode()
    assert kept["live"] in page and kept["edited"] in page
    assert kept["name"].capitalize() not in page and f"/people/{people[1]}/" not in page


def article_of(site, canaries: dict[str, str]) -> str:
    """The address of the comment that stays, by the search that everybody has."""
    found = urllib.request.urlopen(f"{site.url}/search/?q={canaries['live']}").read().decode()
    return re.search(r'href="(/articles/[\w-]+/)', found)[1]
