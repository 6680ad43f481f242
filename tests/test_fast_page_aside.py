"""A kept page, and a change of it by another process, with real commits."""

import pytest
from django.db import connection

from tests.record.own_database import own_database

pytestmark = pytest.mark.django_db
ASIDE = """
import sys
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # nothing is collected here
settings.VERSION_KEPT = 0.0
from wsgiref.util import setup_testing_defaults
from config.fast_page import FastPage
from config.wsgi import django
from config import public_versions
from comments import operations
from comments.models import Comment, Notice
from tests.factories import make_comment, relax

def read(page, path):
    environ = {"PATH_INFO": path, "HTTP_HOST": "localhost", "REQUEST_METHOD": "GET"}
    setup_testing_defaults(environ)
    return b"".join(page(environ, lambda status, headers, _info=None: None))

def say(word):
    print(f">{word}", flush=True)  # what is logged goes to the same place

def version(discussion):
    return public_versions.read([discussion])[discussion]
"""
WATCH = """
page, path = FastPage(django, 1_000_000), sys.stdin.readline().strip()
for _line in iter(lambda: sys.stdin.readline().strip(), ""):
    say(b"calmly made" in read(page, path))
"""
CHANGE = """
from django.db import transaction
relax()
comment = make_comment(body="A fair point, calmly made.")
discussion = comment.call_to_action_id
make_comment(parent=comment, body="It is so.")
say(comment.call_to_action.article.get_absolute_url())
sys.stdin.readline()
try:
    with transaction.atomic():
        before = version(discussion)
        Comment.objects.update(excerpt="Never.")
        raise RuntimeError
except RuntimeError:
    assert version(discussion) == before
with transaction.atomic():
    Comment.objects.update(excerpt="In one go.")
say(version(discussion) - before)
sys.stdin.readline()
operations.withdraw_comment(actor=comment.author, comment=comment)
say("withdrawn")
sys.stdin.readline()
"""


def test_two_processes_agree_from_the_commit_on(tmp_path):
    """With real commits: one process changes, the other has kept the page."""
    with own_database(tmp_path) as database:
        changing, watching = (database.begin(ASIDE + code) for code in (CHANGE, WATCH))
        try:
            watching.stdin.write(f"{_said(changing)}\n")
            assert _next(watching) == "True"
            # A transaction moves a discussion once where it waits for the commit to do so.
            assert _next(changing) == ("1" if connection.vendor == "postgresql" else "2")
            assert _next(watching) == "True"
            assert _next(changing) == "withdrawn"
            assert _next(watching) == "False"
        finally:
            for process in (changing, watching):
                process.kill()
                process.communicate()


def _next(process) -> str:
    process.stdin.write("go on\n")
    process.stdin.flush()
    return _said(process)


def _said(process) -> str:
    """The next word; fails with all that was printed where the process has ended."""
    printed = []
    for line in process.stdout:
        if line.startswith(">"):
            return line[1:].strip()
        printed.append(line)
    raise AssertionError("".join(printed))
