"""One of everything that can be on a page, and the address of every page it is on."""

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts import operations, sanctions
from accounts.erasure import ask_erasure, keep_url
from accounts.ignoring import ignore_person
from accounts.mail import unsubscribe_url
from accounts.models import User
from articles.models import Guideline, HousePage, Tag
from comments import operations as comments
from moderation import operations as moderation
from moderation import reasons
from moderation.operations.batches import make_batch, run_batch
from moderation.operations.escalation import escalate
from moderation.operations.saved_views import save_view
from moderation.queue import Selection
from tests.factories import make_article, make_comment, make_user


@dataclass
class Visits:
    """Paths by the name of their address; who: whose session opens them ("" is anyone)."""

    found: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, who: str, name: str, *args, query: str = "") -> None:
        self.found.setdefault(name, []).append((who, reverse(name, args=args) + query))

    @property
    def visitors(self) -> list[str]:
        return sorted({who for visits in self.found.values() for who, _path in visits})

    def of(self, who: str) -> list[str]:
        """Every path that this visitor opens."""
        return [path for visits in self.found.values() for each, path in visits if each == who]


@dataclass
class House:
    """people: by what they are called in visits."""

    people: dict[str, User]
    visits: Visits


def furnish() -> House:
    """Make the rows, and say where they are seen."""
    reader, writer, editor = make_user(), make_user(role="editor"), make_user(role="editor")
    Guideline.objects.update_or_create(
        code="respect",
        defaults={"title": "Respect people", "text": "Argue with words, not with persons."},
    )
    page = HousePage.objects.create(slug="terms", title="Terms", body="x", body_html="<p>x</p>")
    article = make_article(
        title="Who taught the feed to see", standfirst="What a hired eye learns.",
        question="What would you have asked first?",
    )  # fmt: skip
    article.bylines.create(author=writer, position=0)
    tag = Tag.objects.create(name="Data", slug="data")
    article.tags.add(tag)
    article.tag_list = [["data", "Data"]]
    article.save(update_fields=["tag_list"])
    choice = make_article(kind="choice", options=("Yes", "No"), question="Should it?")
    live = make_comment(article=article, body="It is *not* the work, it is the **waiting**.")
    deeper = live
    for number in range(9):
        deeper = make_comment(parent=deeper, body=f"> the waiting\n\nSo it was here, {number}.")
    written = make_comment(article=article, author=writer, body="Thank you for asking.")
    own = make_comment(article=article, author=reader, body="I did this for two years.")
    pending = make_comment(article=article, author=reader, body="One more.", status="pending")
    held = make_comment(
        article=article, author=reader, body="THEY NEVER ANSWERED ANY OF OUR LETTERS", status="held"
    )
    rejected = make_comment(
        article=article, author=reader, body="Nobody wants to read this.", status="pending"
    )
    moderation.rule(
        actor=editor,
        comment=rejected,
        revision_id=rejected.latest_id,
        outcome="reject",
        reason=next(iter(reasons.EDITOR)),
        note="Please say what happened.",
    )
    contested = make_comment(
        article=article, author=reader, body="Nor does anybody read this.", status="held"
    )
    moderation.rule(
        actor=editor, comment=contested, revision_id=contested.latest_id, outcome="reject",
        reason="off_topic",
    )  # fmt: skip
    moderation.appeal(actor=reader, comment=contested, words="It answers the question.")
    advert = make_comment(article=article, body="Cheap letters, while they last.", status="held")
    batch = make_batch(
        actor=editor, selection=Selection(), seen=[(advert.pk, advert.latest_id)],
        outcome="reject", reason="spam",
    )  # fmt: skip
    run_batch(batch_id=batch.pk, at=0)
    escalate(actor=writer, comment=held, note="Which letters does it mean?")
    save_view(actor=editor, name="Society", query="section=1", shared=True)
    moderation.give_legal_notice(
        notifier=None, comment=written, why="It names the letters.", law="Of the land",
        name="Ada Example", email="ada@example.org", good_faith=True,
    )  # fmt: skip
    gone = make_comment(parent=live, author=reader, body="I take this back.")
    make_comment(parent=gone, body="What was it?")
    comments.withdraw_comment(actor=reader, comment=gone)
    make_comment(article=choice, choice=choice.call_to_action.options.first(), body="Of course.")
    moderation.report(comment=live, reporter=reader, reason="off_topic", note="Is it?")
    moderation.report(profile=live.author, reporter=reader, reason="name", note="")
    comments.pick(actor=editor, comment=live, picked=True)
    comments.save_draft(
        actor=reader, call_to_action=choice.call_to_action, parent=None, body="I began to say"
    )
    comments.follow(actor=reader, call_to_action=article.call_to_action, on=True)
    bore = make_comment(article=article, body="As I keep saying.").author
    ignore_person(actor=reader, person=bore)
    operations.issue_token(actor=reader, user=reader, name="A script", expires_at=None)
    leaver, guarded = make_user(), make_user()
    for person in (reader, guarded):
        EmailAddress.objects.get_or_create(
            user=person, email=person.email, primary=True, verified=True
        )
    leaver = ask_erasure(actor=leaver, user=leaver, words=False)
    warning = {"kind": "warn", "note": "Attack arguments, not people."}
    sanctions.give(actor=editor, user=leaver, **warning)
    over = sanctions.give(actor=editor, user=reader, **warning, about_comment=held.pk)
    sanctions.lift(actor=editor, sanction=over)
    passkey = guard(guarded)
    visits = Visits()
    for who in ("", "reader"):
        visits.add(who, "front")
        visits.add(who, "article", article.slug)
        visits.add(who, "article", choice.slug)
        visits.add(who, "comment", live.pk)
        visits.add(who, "comment", deeper.pk)
        visits.add(who, "profile", live.author_id)
        visits.add(who, "report_comment", live.pk)
        visits.add(who, "legal_notice", live.pk)
        visits.add(who, "languages")
    visits.add("", "article", article.slug, query="?sort=best")
    visits.add("", "section", "society")
    visits.add("", "tag", tag.slug)
    visits.add("", "house_page", page.slug)
    visits.add("", "draft", make_article(status="draft").share_token)
    for name in (
        *("account_login", "account_signup", "account_reset_password", "account_inactive"),
        "account_request_login_code",
        *("account_password_reset_completed", "socialaccount_login_cancelled"),
        *("socialaccount_login_error",),
    ):
        visits.add("", name)
    visits.add("", "search", query="?q=waiting")
    visits.add("", "search", query="?q=nothing+of+the+kind")
    visits.add("", "search")
    visits.add("", "search_discussion", article.slug, query="?q=waiting")
    visits.add("", "unsubscribe", unsubscribe_url(user=reader, kind="replies").split("/")[-2])
    visits.add("", "keep_account_by_mail", keep_url(leaver).split("/")[-2])
    visits.add("leaver", "my_account")
    visits.add("leaver", "my_standing")
    visits.add("leaver", "article", article.slug)
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_list_webauthn"):
        visits.add("guarded", name)
    for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
        visits.add("guarded", name)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        visits.add("guarded", name, passkey.pk)
    for name in (
        *("my_comments", "notifications", "my_account", "tokens", "erase_account", "my_drafts"),
        *("edit_profile", "mail_choices", "ignored_people", "export", "my_standing"),
        *("account_email", "account_change_password", "account_reauthenticate", "account_logout"),
        *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"),
        *("socialaccount_connections", "usersessions_list"),
    ):
        visits.add("reader", name)
    for name in ("reply_to_comment", "react_to_comment"):
        visits.add("reader", name, live.pk)
    for name in ("edit_comment", "withdraw_comment", "comment"):
        visits.add("reader", name, own.pk)
    for pk in (pending.pk, held.pk, rejected.pk, written.pk):
        visits.add("reader", "comment", pk)
    visits.add("reader", "report_profile", live.author_id)
    for pk in (rejected.pk, contested.pk):
        visits.add("reader", "decision", pk)
    for name in ("desk", "desk_reported", "desk_appeals"):
        visits.add("editor", name)
    for query in ("?tab=approved", "?tab=rejected", "?tab=all", "?q=letters&section=1", "?after=x"):
        visits.add("editor", "desk", query=query)
    for pk in (held.pk, live.pk, rejected.pk, contested.pk, gone.pk):
        visits.add("editor", "desk_comment", pk)
    visits.add("editor", "desk_thread", deeper.pk)
    visits.add("editor", "desk_person", reader.pk, query=f"?comment={held.pk}")
    visits.add("editor", "batches")
    visits.add("editor", "batches", query="?score=spam&low=0.5")
    visits.add("editor", "batches", query=f"?author={reader.pk}")
    visits.add("editor", "batch", batch.pk)
    visits.add("editor", "article", article.slug)
    people = {"reader": reader, "editor": editor, "leaver": leaver, "guarded": guarded}
    return House(people, visits)


def guard(user: User) -> Authenticator:
    """Give an account every second step there is; returns its passkey."""
    kinds = Authenticator.Type
    Authenticator.objects.create(user=user, type=kinds.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    Authenticator.objects.create(
        user=user, type=kinds.RECOVERY_CODES, data={"seed": "0" * 40, "used_mask": 0}
    )
    return Authenticator.objects.create(
        user=user, type=kinds.WEBAUTHN, data={"name": "The key on my desk", "credential": {}}
    )
