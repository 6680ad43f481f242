"""The database side of the benchmarks under load, for a site that tests/faults/stage.py prepared.

    python -m benchmarks.load_stage VERB < arguments.json > answer.json

A process of its own, on the data folder and database that the environment names.
"""

import json
import math
import os
import re
import sys
from time import process_time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from psycopg.conninfo import make_conninfo  # noqa: E402

from accounts.models import User  # noqa: E402
from comments.models import Comment  # noqa: E402
from config.celery import Doorbell  # noqa: E402
from moderation import intake  # noqa: E402
from moderation.operations.judging import KNOWN, judge  # noqa: E402
from moderation.pipeline import judge as judge_submission  # noqa: E402
from tests.faults.sentences import sentence  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_CONTROL = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE")


def database() -> dict[str, str]:
    """Where the site keeps its rows, as tests/faults/database.py takes it, and what that is."""
    if connection.vendor == "sqlite":
        version = ".".join(map(str, connection.Database.sqlite_version_info))
        return {"address": str(connection.settings_dict["NAME"]), "is": f"SQLite {version}"}
    given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("port", "user", "password", "dbname") if name in given}
    version = f"PostgreSQL {connection.pg_version // 10_000}.{connection.pg_version % 10_000}"
    return {"address": make_conninfo(host=given.get("host", ""), **wanted), "is": version}


def post_queries(slug: str, name: str, token: str) -> dict[str, int]:
    """Queries of one post through the API and one through the form, without BEGIN and COMMIT."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(email=f"{name}@example.org"), BACKEND)
    machine = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {token}"})
    found = {}
    for n in range(2):  # the first time templates, rules and catalogues are read
        texts = [sentence(f"queries{way}", n, plain=True) for way in "ab"]
        asked = {
            "api": lambda said=texts[0]: machine.post(
                f"/api/v1/articles/{slug}/comments", {"body": said}, "application/json"
            ),
            "form": lambda said=texts[1]: client.post(
                f"/articles/{slug}/comments/", {"body": said}, headers={"HX-Request": "true"}
            ),
        }
        for way, act in asked.items():
            with CaptureQueriesContext(connection) as captured:
                status = act().status_code
            if status != 201:
                raise RuntimeError(f"{way} answered {status}")
            said = [query["sql"].lstrip() for query in captured.captured_queries]
            found[way] = sum(not _CONTROL.match(sql) for sql in said)
    return found


def judge_here(discussion: int) -> dict[str, list[float]]:
    """Judge everything pending of a discussion in this process, oldest first.

    Seconds of this process for each comment: `deciding`, the rules and the scorer alone; `judging`,
    all of it, up to the committed decision.
    """
    Doorbell.silent_until = math.inf  # no worker is here to be rung for
    taken: dict[str, list[float]] = {"deciding": [], "judging": []}
    waiting = Comment.objects.to_judge().filter(call_to_action=discussion).order_by("pk")
    for comment in waiting.select_related(*KNOWN):
        policy = intake.current_policy()
        submission = intake.submission_from(comment, policy)
        in_force = intake.policy_from(policy, comment.call_to_action.article_id)
        began = process_time()
        judge_submission(submission, in_force)
        taken["deciding"].append(process_time() - began)
        began = process_time()
        if judge(comment_id=comment.pk) is None:
            raise RuntimeError(f"comment {comment.pk} was judged by somebody else")
        taken["judging"].append(process_time() - began)
    return taken


def keep_back(discussion: int) -> int:
    """Have no sweep offer what is pending in a discussion, as if withdrawn; how many those are."""
    rows = Comment.objects.to_judge().filter(call_to_action=discussion)
    return rows.update(withdrawn_at=timezone.now())


def let_go(discussion: int) -> int:
    """Have the next sweeps offer what was kept back."""
    rows = Comment.objects.filter(call_to_action=discussion, status=Comment.Status.PENDING)
    return rows.update(withdrawn_at=None)


VERBS = {verb.__name__: verb for verb in (database, post_queries, judge_here, keep_back, let_go)}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.load(sys.stdin))))
