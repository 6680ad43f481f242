"""One of everything that an address can name, and who asks for it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import operations, sanctions
from accounts.erasure import ask_erasure, keep_url
from accounts.mail import unsubscribe_url
from accounts.models import User
from articles.models import HousePage, Tag
from comments import operations as comments
from comments.models import Notification
from moderation import operations as moderation
from moderation.models import Sketch, Urgent
from moderation.operations.batches import make_batch
from moderation.operations.escalation import escalate
from moderation.operations.saved_views import save_view
from moderation.queue import Selection
from moderation.urgent_words import link_to
from tests.factories import make_article, make_comment, make_user, relax

ROLES = (
    *("anonymous", "reader", "author", "suspended", "banned"),
    *("editor", "other editor", "admin"),
)
# Whose object an address names, where it names somebody's: everything of the author's and, at the
# desk, of the editor's.
ALL = frozenset(ROLES)
SIGNED_IN = ALL - {"anonymous"}
WRITERS = SIGNED_IN - {"suspended", "banned"}
AUTHOR = frozenset({"author"})
EDITORS = frozenset({"editor", "other editor", "admin"})
ADMINS = frozenset({"admin"})
NOBODY: frozenset[str] = frozenset()


def furnish() -> SimpleNamespace:
    """Make the rows. people: by role; arguments: of each address by name, else by argument."""
    relax()
    people = {
        "anonymous": None,
        "reader": make_user(),
        "author": make_user(),
        "suspended": make_user(suspended_until=timezone.now() + timedelta(days=7)),
        "banned": make_user(banned=True),
        "editor": make_user(role="editor"),
        "other editor": make_user(role="editor"),
        "admin": make_user(role="admin"),
    }
    author, editor = people["author"], people["editor"]
    article = make_article(question="Who asks?")
    draft_article = make_article(status="draft")
    tag = Tag.objects.create(name="Data", slug="data")
    HousePage.objects.create(slug="terms", title="Terms", body="x", body_html="<p>x</p>")
    live = make_comment(article=article, author=author, body="I wrote this, and stand by it.")
    other = make_comment(article=article, body="Somebody else wrote this.")
    held = make_comment(article=article, author=author, body="Waits for a look.", status="held")
    refused = make_comment(article=article, author=author, body="No.", status="held")
    contested = make_comment(article=article, author=author, body="Nor this.", status="held")
    marked = make_comment(article=article, author=author, body="What of this?", status="held")
    escalate(actor=editor, comment=marked, note="Which letters does it mean?")
    ruled = make_comment(article=article, author=author, body="Nor that.", status="held")
    for comment in (refused, contested, ruled):
        ruling = moderation.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id, outcome="reject",
            reason="off_topic",
        )  # fmt: skip
    appeal = moderation.appeal(actor=author, comment=contested, words="It is on topic.")
    moderation.report(comment=live, reporter=people["reader"], reason="off_topic", note="Is it?")
    moderation.report(profile=author, reporter=make_user(), reason="name", note="")
    notice = moderation.give_legal_notice(
        notifier=None, comment=live, why="It names the letters.", law="Of the land",
        name="Ada Example", email="ada@example.org", good_faith=True,
    )  # fmt: skip
    advert = make_comment(article=article, body="Cheap letters, while they last.", status="held")
    Sketch.objects.create(
        comment=advert, revision=advert.latest, cluster=advert.pk, at=timezone.now()
    )
    batch = make_batch(
        actor=editor, selection=Selection(), seen=[(advert.pk, advert.latest_id)],
        outcome="reject", reason="spam",
    )  # fmt: skip
    view = save_view(actor=editor, name="Society", query="section=1", shared=False)
    draft = comments.save_draft(
        actor=author, call_to_action=article.call_to_action, parent=other, body="I began to say"
    )
    note = Notification.objects.create(user=author, kind=Notification.Kind.values[0], comment=other)
    token, secret = operations.issue_token(actor=author, user=author, name="A script")
    warned = sanctions.give(actor=editor, user=author, kind="warn", note="Once.")
    sanctions.acknowledge(actor=author, sanction=warned)
    warning = sanctions.give(actor=editor, user=author, kind="approval", note="For a while.")
    leaver = make_user()
    leaver = ask_erasure(actor=leaver, user=leaver, words=False)
    key = Authenticator.objects.create(
        user=leaver, type=Authenticator.Type.WEBAUTHN, data={"name": "A key", "credential": {}}
    )
    elsewhere = Client()
    elsewhere.force_login(author)
    session = UserSession.objects.create(
        user=author, ip="127.0.0.1", session_key=elsewhere.session.session_key, user_agent=""
    )
    rows = {
        "article": article, "live": live, "other": other, "held": held, "refused": refused,
        "contested": contested, "marked": marked, "advert": advert,
        "author": author, "reader": people["reader"],
        "ruling": ruling, "warned": warned, "appeal": appeal, "notice": notice, "warning": warning,
    }  # fmt: skip
    mine = {
        "edit_comment": live.pk, "withdraw_comment": live.pk, "decision": refused.pk,
        "appeal": refused.pk, "rule": held.pk, "desk_claim": held.pk, "escalate": held.pk,
        "settle_escalation": marked.pk, "desk_comment": held.pk, "desk_card": held.pk,
        "desk_thread": held.pk, "comment_state": held.pk, "settle_comment": live.pk,
        "unsettle_comment": live.pk,
        "desk_urgent": link_to(Urgent(comment=held, why=Urgent.Why.LONG_WAIT)).split("/")[-2],
        "draft": draft_article.share_token, "tag": tag.slug, "section": "society",
        "section_feed": "society", "house_page": "terms",
        "lead_image": "0" * 32 + ".webp", "open_notification": note.pk, "revoke_token": token.pk,
        "end_session": session.pk, "acknowledge_warning": warned.pk,
        "mfa_remove_webauthn": key.pk, "mfa_edit_webauthn": key.pk,
        "unsubscribe": unsubscribe_url(user=author, kind="replies").split("/")[-2],
        "keep_account_by_mail": keep_url(leaver).split("/")[-2],
        "profile": author.pk, "report_profile": author.pk,
        "one_mail": "20260101-000000-000000-abcdef",
        "ignore_person": other.author_id, "stop_ignoring": other.author_id,
    }  # fmt: skip
    by_argument = {
        "slug": article.slug, "comment_id": other.pk, "draft_id": draft.pk, "view_id": view.pk,
        "batch_id": batch.pk, "cluster": advert.pk, "user_id": author.pk,
        "sanction_id": warning.pk, "appeal_id": appeal.pk, "notice_id": notice.pk,
        "record_id": ruling.pk, "cluster_id": advert.pk, "person_id": author.pk,
    }  # fmt: skip
    return SimpleNamespace(people=people, secret=secret, mine=mine, by_argument=by_argument, **rows)


def path_to(scene: SimpleNamespace, name: str, arguments: tuple[str, ...]) -> str:
    """The address of that name, with the row of the scene that it is about."""
    return reverse(
        name, kwargs={each: scene.mine.get(name) or scene.by_argument[each] for each in arguments}
    )


def client_of(person: User | None, **options: Any) -> Client:
    """Somebody who has just proved who they are, or nobody."""
    client = Client(raise_request_exception=False, **options)
    if person is None:
        return client
    client.force_login(person)
    session = client.session
    record_authentication(
        SimpleNamespace(session=session), person, method="password", reauthenticated=True
    )
    session.save()
    return client


def filled(value: Any, scene: SimpleNamespace) -> Any:
    """A body with the numbers of the scene's rows in it."""
    if isinstance(value, dict):
        return {key: filled(each, scene) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, scene) for each in value]
    return value.format(**vars(scene)) if isinstance(value, str) and "{" in value else value


def api_path(template: str, scene: SimpleNamespace) -> str:
    """The address of an operation, with the scene's rows: {slug}, or {row} for its number."""
    rows = {name: row.pk for name, row in vars(scene).items() if hasattr(row, "pk")}
    return "/api/v1" + template.format(slug=scene.article.slug, **rows)
