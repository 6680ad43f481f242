"""The demo publication comes out as its files tell it, and only where it may."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as house_settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article, CallToAction, Guideline, HousePage
from comments.models import Comment, Notification
from config import defaults, demo
from config.celery import Doorbell
from moderation import reasons
from moderation.models import DecisionRecord, Policy, QueueItem, Report
from record.models import Entry

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def unlike(django_db_setup, django_db_blocker):
    """Loads the demo once for these tests, and takes it back."""
    with django_db_blocker.unblock(), transaction.atomic():
        # A test with transactions of its own leaves the tables empty of what migrations wrote.
        import_module("moderation.migrations.0010_first_reasons").write_first(apps, None)
        reasons.forget()
        defaults.write_defaults()
        yield demo.load()
        transaction.set_rollback(True)


@pytest.fixture
def client(unlike):
    return Client()


def test_every_judgement_comes_out_as_the_files_tell_it(unlike):
    assert unlike == []


def test_it_shows_comments_in_every_status(unlike):
    found = Counter(Comment.objects.values_list("status", flat=True))
    assert set(found) == {"approved", "held", "pending", "rejected"}
    assert Comment.objects.filter(withdrawn_at__isnull=False).exists()
    assert Comment.objects.filter(removed_at__isnull=False).exists()
    assert Report.objects.filter(settled_at=None, comment__status="approved").exists()
    wanted = Counter(
        entry["status"]
        for path in (defaults.DEMO / "threads").glob("*.json")
        for entry in json.loads(path.read_text())
    )
    assert Comment.objects.filter(picked_at__isnull=False).exists()
    assert found["held"] == wanted["held"]
    assert found["pending"] == wanted["pending"]
    assert found.total() == wanted.total()


def test_the_desk_tells_the_hour_that_the_page_tells(unlike):
    rows = QueueItem.objects.exclude(status="pending").values_list("at", "comment__decided_at")
    assert len(rows) > 100
    assert [at for at, decided in rows if at != decided] == []


def test_it_has_articles_in_every_state_but_one_and_a_question_of_every_kind(unlike):
    assert set(Article.objects.values_list("status", flat=True)) == {
        "draft",
        "scheduled",
        "published",
    }
    assert Article.objects.listed().count() >= 6
    kinds = set(CallToAction.objects.values_list("kind", flat=True))
    assert kinds == set(CallToAction.Kind.values)
    assert set(CallToAction.objects.values_list("state", flat=True)) == {"open", "closed"}


def test_nothing_happened_before_its_cause_or_after_now(unlike):
    now = timezone.now()
    for comment in Comment.objects.select_related("parent", "call_to_action__article"):
        assert comment.call_to_action.article.published_at < comment.created_at <= now
        if comment.parent:
            assert comment.parent.created_at < comment.created_at
        for later in (comment.decided_at, comment.live_at, comment.withdrawn_at):
            assert later is None or comment.created_at <= later <= now
        if comment.removed_at:
            assert comment.live_at < comment.removed_at <= now
    oldest = Comment.objects.order_by("created_at").first()
    newest = Comment.objects.order_by("-created_at").first()
    assert (newest.created_at - oldest.created_at).days > 7


def test_counts_that_pages_show_agree_with_the_rows(unlike):
    for asked in CallToAction.objects.all():
        live = Comment.objects.in_discussion(asked).live()
        assert asked.live_count == live.count()
        for option in asked.options.all():
            assert option.live_count == live.filter(choice=option).count()


def test_it_was_made_through_the_operations_that_keep_records(unlike):
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"save_article", "publish", "schedule", "set_standing", "save_rule"} <= verbs
    judged = Comment.objects.exclude(status="pending")
    assert not judged.filter(decisions__isnull=True).exists()
    assert DecisionRecord.objects.filter(actor__isnull=False).exists()


def test_what_people_were_told_is_numbered_by_time(unlike):
    times = list(Notification.objects.order_by("pk").values_list("created_at", flat=True))
    assert times == sorted(times)
    assert (times[-1] - times[0]).days > 1


def test_it_mails_nobody(unlike):
    assert not Notification.objects.filter(mailed_at__isnull=True).exists()


def test_the_doorbell_rings_again_afterwards(unlike):
    assert Doorbell.silent_until != float("inf")


def test_the_accounts_that_are_printed_can_sign_in(unlike, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    lines = demo.ACCOUNTS_FILE.read_text().splitlines()
    roles = set()
    for line in lines:
        role, email, password = line.split()
        user = User.objects.get(email=email)
        roles.add(role)
        assert user.check_password(password)
        assert user.emailaddress_set.get().verified
        assert (role in ("admin", "editor")) == user.is_editor
    assert roles == {"admin", "editor", "reader"}


def test_no_author_is_left_restricted(unlike):
    assert not User.objects.filter(restricted=True).exists()


def test_every_page_of_it_opens_and_its_links_lead_somewhere(client):
    seen, todo = set(), ["/"]
    while todo:
        path = todo.pop()
        if path in seen or path.startswith(("/static/", "/accounts/", "/c/", "/media/")):
            continue
        seen.add(path)
        response = client.get(path)
        if response.status_code == 302:
            assert response["Location"].startswith("/accounts/login/"), path
            continue
        assert response.status_code == 200, path
        if response["Content-Type"].startswith("text/html"):
            links = re.findall(r'href="(/[^"#?]*)', response.content.decode())
            todo += links
    assert sum(path.startswith("/articles/") for path in seen) >= 12  # pages and feeds
    assert {"/pages/imprint/", "/pages/privacy/", "/sections/labour/"} <= seen


def test_its_texts_name_no_real_address_that_takes_mail(unlike):
    for email in User.objects.values_list("email", flat=True):
        assert email.endswith(("@example.org", "@example.com", "@example.net"))


# --- prepare --------------------------------------------------------------------------------


def prepare(data: Path, *options: str, environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "prepare", *options],
        cwd=REPOSITORY,
        env={**os.environ, "REJOINDER_DATA": str(data), "REJOINDER_ENV": environment},
        capture_output=True,
        text=True,
        check=False,
    )


def manage(data: Path, *words: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=REPOSITORY,
        env={**os.environ, "REJOINDER_DATA": str(data), "REJOINDER_ENV": "development"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_production_refuses_the_demo_in_one_sentence(tmp_path):
    refused = prepare(tmp_path, "--demo", environment="production")
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines() == [
        "CommandError: Demo content and its passwords are for development only."
    ]
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.django_db
def test_a_new_house_has_guidelines_pages_and_a_policy_and_no_people():
    defaults.write_defaults()
    defaults.write_defaults()
    assert Guideline.objects.count() == len(defaults.guidelines())
    slugs = set(HousePage.objects.values_list("slug", flat=True))
    assert slugs == {"guidelines", "privacy", "terms", "imprint", "about"}
    assert Policy.objects.count() == 1
    assert not User.objects.exists()
    assert not Article.objects.exists()
    for text in HousePage.objects.values_list("body", flat=True):
        assert "invented" not in text
        assert house_settings.SITE_NAME not in text


def test_every_guideline_that_a_reason_names_is_among_the_first_ones():
    named = {reason.guideline for reason in reasons.ALL.values()} - {""}
    assert named <= {row["code"] for row in defaults.guidelines()}


@pytest.mark.django_db
def test_a_page_that_an_admin_deleted_stays_deleted():
    defaults.write_defaults()
    HousePage.objects.get(slug="about").delete()
    defaults.write_defaults()
    assert not HousePage.objects.filter(slug="about").exists()


@pytest.mark.site
def test_preparing_again_changes_nothing_and_an_upgrade_is_backed_up_first(data_dir):
    before = manage(data_dir, "dumpdata", "articles", "comments")
    again = prepare(data_dir, "--demo", environment="development")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert manage(data_dir, "dumpdata", "articles", "comments") == before
    assert not list((data_dir / "backups").glob("*"))

    manage(data_dir, "migrate", "sessions", "zero")
    upgraded = prepare(data_dir, environment="development")
    copies = list((data_dir / "backups").glob("*.sqlite3"))
    assert len(copies) == 1
    assert str(copies[0]) in upgraded.stdout
    assert "django_session" in manage(data_dir, "inspectdb", "django_session")
    assert manage(data_dir, "dumpdata", "articles", "comments") == before
