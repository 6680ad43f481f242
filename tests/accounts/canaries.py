"""Strings that occur nowhere else, planted in everything that one person leaves behind, and a look
for them in every table and in the queue. `main` does either beside a running site."""

import base64
import json
import pickle
import secrets
import sys
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone
from redis import Redis

from accounts import operations as accounts
from accounts.erasure import ask_erasure
from accounts.models import Ignored, User
from accounts.tasks import erase_due
from comments import operations as comments
from comments.models import Notice
from moderation import operations as moderation
from moderation.models import DecisionRecord
from tests.factories import make_article, make_comment, make_user, relax

LETTERS = "bcdfghkpstvxz"  # none of them looks like another, so that look-alike keys keep them
PERSONAL = (
    *("name", "mail", "bio", "passkey", "token", "social", "draft", "appeal", "signin"),
    *("reportnote", "aboutme", "held", "rejected", "withdrawn", "before", "undecidededit"),
)
WORDS = ("live", "edited", "answered", "reply", "quotedreport")


def new_canaries() -> dict[str, str]:
    """One for each place, by its name."""
    return {
        place: place + "".join(secrets.choice(LETTERS) for _letter in range(12))
        for place in (*PERSONAL, *WORDS)
    }


def plant(canaries: dict[str, str], *, password: str) -> int:
    """Make a person whose every trace holds a canary, among others who stay. Returns their id."""

    relax()
    mail = f"{canaries['mail']}@example.org"
    person = make_user(display_name=canaries["name"].capitalize(), bio=canaries["bio"])
    person.email = mail
    person.set_password(password)
    person.save()
    EmailAddress.objects.filter(user=person).update(email=mail)
    Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"migrated_codes": [], "name": canaries["passkey"]},
    )
    SocialAccount.objects.create(
        user=person, provider="github", uid=canaries["social"], extra_data={"login": mail}
    )
    accounts.issue_token(actor=person, user=person, name=canaries["token"])
    other, listener, editor = make_user(), make_user(), make_user(role="editor")
    for one, ignored in ((person, other), (other, person)):
        Ignored.objects.create(user=one, person=ignored)
    LogEntry.objects.create(
        user=editor,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=str(person),
        action_flag=CHANGE,
    )

    article = make_article()
    question = article.call_to_action
    mine = {"article": article, "author": person}
    make_comment(**mine, body=f"It is {canaries['live']} here.")
    edited = make_comment(**mine, body=f"It was {canaries['before']} here.")
    edited = comments.edit_comment(
        actor=person, comment=edited, body=f"It is {canaries['edited']} now."
    )
    comments.approve(actor=None, comment=edited, revision_id=edited.latest_id)
    doubtful = make_comment(**mine, body="A calm sentence that stays as it is.")
    doubtful = comments.edit_comment(
        actor=person, comment=doubtful, body=f"Now {canaries['undecidededit']} instead."
    )
    comments.hold(
        actor=None, comment=doubtful, revision_id=doubtful.latest_id, notice=_notice(canaries)
    )
    make_comment(**mine, body=f"They hold {canaries['held']} back.", status="held")
    refused = make_comment(**mine, body=f"They refuse {canaries['rejected']} here.", status="held")
    moderation.rule(
        actor=editor,
        comment=refused,
        revision_id=refused.latest_id,
        outcome=DecisionRecord.Outcome.REJECT,
        reason="abusive",
    )
    refused.refresh_from_db()
    moderation.appeal(actor=person, comment=refused, words=f"Because {canaries['appeal']}.")
    taken_back = make_comment(**mine, body=f"I take {canaries['withdrawn']} back.")
    comments.withdraw_comment(actor=person, comment=taken_back)
    answered = make_comment(**mine, body=f"Who says {canaries['answered']} to me?")
    make_comment(author=other, parent=answered, body="I do, and I stay.")
    # Whoever ignores somebody is told nothing of them, so it is not `other` who asks.
    theirs = make_comment(article=article, author=listener, body="Somebody answer me, please.")
    make_comment(author=person, parent=theirs, body=f"I say {canaries['reply']} to you.")

    comments.save_draft(actor=person, call_to_action=question, parent=None, body=canaries["draft"])
    comments.react(actor=person, comment=theirs, value=1)
    moderation.report(
        reporter=person, reason="spam", comment=theirs, note=f"It is {canaries['reportnote']}."
    )
    moderation.report(
        reporter=other, reason="name", profile=person, note=f"Called {canaries['aboutme']}."
    )
    moderation.report(
        reporter=other,
        reason="abuse",
        comment=answered,
        note=f"They wrote {canaries['quotedreport']}.",
    )
    return person.pk


def _notice(canaries: dict[str, str]):

    return Notice(reason="abusive", guideline="respect", by_machine=False, note=canaries["aboutme"])


def seen(canaries: Iterable[str]) -> dict[str, set[str]]:
    """Each canary with the tables it is in, whatever the column and however it is stored."""

    wanted = {canary.lower(): canary for canary in canaries}
    found: dict[str, set[str]] = {canary: set() for canary in wanted.values()}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor:
                said = " ".join(_readable(table, value) for value in row).lower()
                for low, canary in wanted.items():
                    if low in said:
                        found[canary].add(table)
    return found


def _readable(table: str, value: object) -> str:
    """A column as text, also where a package packs its own."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("latin-1")
    if table == "django_session" and isinstance(value, str):
        return f"{value} {json.dumps(SessionStore().decode(value))}"
    if table == "cache" and isinstance(value, str):
        try:
            return f"{value} {pickle.loads(base64.b64decode(value))}"
        except (ValueError, pickle.UnpicklingError, EOFError):
            return value
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def let_the_day_pass(user_id: int) -> None:
    """As if the day for second thoughts were over."""

    User.objects.filter(pk=user_id).update(erase_after=timezone.now() - timedelta(minutes=1))


def in_queue(canaries: Iterable[str]) -> list[str]:
    """The canaries that Redis holds, in the name or the value of any key."""
    server = Redis(unix_socket_path=str(settings.REDIS_SOCKET))
    held = b"".join(key + (server.dump(key) or b"") for key in server.scan_iter())
    return [canary for canary in canaries if canary.encode() in held]


def put_in_queue(canary: str) -> None:
    """Prove that a look into Redis would see one, until the next look."""
    Redis(unix_socket_path=str(settings.REDIS_SOCKET)).set("a canary", canary, ex=30)


def main() -> None:
    """Carry out the verb that was named, with JSON from standard input; prints its answer."""
    verb, given = sys.argv[1], json.load(sys.stdin)
    answer: object = None
    if verb == "plant":
        answer = [plant(one, password=given["password"]) for one in given["canaries"]]
    elif verb == "erase":
        for user_id, words in given["people"]:
            user = User.objects.get(pk=user_id)
            ask_erasure(actor=user, user=user, words=words)
            let_the_day_pass(user_id)
        answer = erase_due.ring()
    elif verb == "left":
        answer = User.objects.filter(pk__in=given["people"], erased_at=None).count()
    elif verb == "queue":
        answer = in_queue(given["canaries"])
    elif verb == "put_in_queue":
        put_in_queue(given["canary"])
    else:
        answer = {canary: sorted(places) for canary, places in seen(given["canaries"]).items()}
    print("\n" + json.dumps(answer))
