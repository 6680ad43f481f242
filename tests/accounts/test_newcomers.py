"""Newcomers: the proof of work, the field nobody sees, disposable mail, and mail that arrives."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.providers.dummy.provider import DummyProvider
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import Client

from accounts import limits, mail_domains, newcomers, ports, proof_of_work
from accounts.addresses import Origin
from accounts.errors import Conflict, Forbidden, TooMany
from accounts.models import MailDomain, SpentProof, User
from accounts.operations import issue_token
from comments import operations as comments
from comments.models import Comment
from comments.operations import writing
from moderation import operations as moderation
from tests.factories import make_article, make_comment, make_user, relax
from tests.refusals import codes

pytestmark = pytest.mark.django_db
HERE = Origin("203.0.113.7")
FIRST = newcomers.Kind.FIRST_POST


def solve(challenge: dict) -> str:
    """What a browser does, by the words of the API's own document."""
    for number in range(challenge["maxNumber"] + 1):
        text = f"{challenge['salt']}{number}".encode()
        if hashlib.sha256(text).hexdigest() == challenge["challenge"]:
            kept = {name: challenge[name] for name in ("algorithm", "challenge", "salt")}
            solved = {**kept, "signature": challenge["signature"], "number": number}
            return base64.b64encode(json.dumps(solved).encode()).decode()
    raise AssertionError("the sum has no answer")


def judged(comment: Comment) -> tuple[str, list[str]]:
    """What becomes of a comment, and by which findings."""
    record = moderation.judge(comment_id=comment.pk)
    comment.refresh_from_db()
    return comment.status, [finding["code"] for finding in record.findings]


def post(author, **how) -> Comment:
    article = how.pop("article", None) or make_article()
    how.setdefault("origin", HERE)
    posted = comments.post_comment(
        author=author, call_to_action=article.call_to_action, body="A calm and fair point.", **how
    )
    return posted.comment


@pytest.fixture
def easy(monkeypatch):
    monkeypatch.setattr(proof_of_work, "HARDEST", 50)


# --- The proof itself -------------------------------------------------------------------------


def test_a_proof_is_taken_once(easy):
    proof = solve(proof_of_work.challenge())
    assert proof_of_work.redeem(proof)
    assert not proof_of_work.redeem(proof)
    # The same answer in other letters is the same answer.
    again = json.loads(base64.b64decode(proof))
    assert not proof_of_work.redeem(base64.b64encode(json.dumps(again, indent=1).encode()).decode())
    assert proof not in str(list(SpentProof.objects.values()))
    assert json.loads(base64.b64decode(proof))["challenge"] not in str(
        list(SpentProof.objects.values())
    )


def test_an_expired_proof_is_refused(easy, monkeypatch):
    monkeypatch.setattr(proof_of_work, "VALID", timedelta(seconds=-1))
    assert not proof_of_work.redeem(solve(proof_of_work.challenge()))


def test_a_challenge_of_another_house_is_refused(easy, settings):
    proof = solve(proof_of_work.challenge())
    settings.SECRET_KEY = "another"
    assert not proof_of_work.redeem(proof)


@pytest.mark.parametrize(
    "proof",
    ["", "x", "W10=", "NQ==", "bnVsbA==", "e30=", "é", "\ud800", "A" * 3_000]
    + [
        base64.b64encode(json.dumps(shape).encode()).decode()
        for shape in (
            dict.fromkeys(("algorithm", "challenge", "number", "salt", "signature"), 5),
            dict.fromkeys(("algorithm", "challenge", "number", "salt", "signature"), "SHA-256"),
        )
    ],
)
def test_what_is_no_proof_is_refused(proof):
    assert proof_of_work.redeem(proof) is False
    assert not SpentProof.objects.exists()


# --- When it is asked for ---------------------------------------------------------------------


def test_nobody_is_asked_before_the_threshold():
    relax(proof_first_posts=3, proof_sign_ups=0)
    assert judged(post(make_user())) == ("approved", [])


def test_many_newcomers_from_one_network_bring_it_on(easy):
    relax(proof_first_posts=3)
    for n in range(3):
        assert not post(make_user(), origin=Origin(f"203.0.113.{n}")).unproven
    assert judged(post(make_user())) == ("held", ["unproven"])
    elsewhere = post(make_user(), origin=Origin("198.51.100.1"))
    assert judged(elsewhere) == ("approved", [])
    proven = post(make_user(), proof=solve(proof_of_work.challenge()))
    assert judged(proven) == ("approved", [])


def test_in_development_the_first_comments_of_one_machine_bring_on_nothing(settings):
    relax(proof_first_posts=1)
    settings.DEVELOPMENT = True
    for _n in range(3):
        assert not post(make_user(), origin=Origin("127.0.0.1")).unproven
    settings.DEVELOPMENT = False
    for _n in range(2):
        latest = post(make_user(), origin=Origin("127.0.0.1"))
    assert latest.unproven


def test_who_is_known_is_never_asked():
    relax(proof_always=True)
    author = make_user()
    make_comment(author=author)
    assert judged(post(author, article=make_article())) == ("approved", [])


def test_an_admins_switch_asks_every_newcomer_and_a_replay_does_not_answer(easy):
    relax(proof_always=True)
    proof = solve(proof_of_work.challenge())
    assert not post(make_user(), proof=proof).unproven
    assert post(make_user(), proof=proof).unproven


def test_a_comment_that_is_not_stored_spends_no_proof(easy, monkeypatch):
    relax(proof_always=True)
    proof, author = solve(proof_of_work.challenge()), make_user()
    with monkeypatch.context() as broken:
        broken.setattr(writing, "_write_revision", lambda *written: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            post(author, proof=proof)
    assert not post(author, proof=proof).unproven


def test_a_field_that_nobody_sees_holds_whoever_fills_it_in():
    author = make_user()
    assert judged(post(author, trapped=True)) == ("held", ["unproven"])


def test_networks_are_counted_over_days(monkeypatch):
    day = newcomers.today()
    for back in (0, 1, 3):
        then = day - timedelta(days=back)
        with monkeypatch.context() as at:
            at.setattr("accounts.daily_keys.today", lambda then=then: then)
            at.setattr("accounts.newcomers.today", lambda then=then: then)
            newcomers.came(FIRST, origin=HERE)
    assert newcomers.times(origin=HERE, days=1)[FIRST] == 1
    assert newcomers.times(origin=HERE, days=2)[FIRST] == 2
    assert newcomers.times(origin=HERE, days=30)[FIRST] == 3
    assert newcomers.times(origin=Origin("198.51.100.1"), days=30)[FIRST] == 0


# --- On the pages and over JSON ---------------------------------------------------------------


def client_of(user) -> Client:
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.force_login(user)
    return client


def test_without_a_script_the_comment_is_taken_and_waits():
    relax(proof_always=True)
    article, author = make_article(), make_user()
    path = f"/articles/{article.slug}/comments/"
    page = client_of(author).get(article.get_absolute_url()).content.decode()
    assert 'name="proof"' in page and 'name="website"' in page
    assert client_of(author).post(path, {"body": "A calm point."}).status_code == 302
    comment = author.comments.get()
    assert judged(comment) == ("held", ["unproven"])
    told = client_of(author).get(article.get_absolute_url()).content.decode()
    assert "small sum that we ask of newcomers" in told


def test_the_api_gives_the_sum_and_takes_the_answer(easy):
    relax(proof_always=True)
    article, author = make_article(), make_user()
    client = client_of(author)
    answer = client.get("/api/v1/proof")
    assert answer.headers["Cache-Control"] == "no-store"
    body = {"body": "A calm point.", "proof": solve(answer.json()["challenge"])}
    path = f"/api/v1/articles/{article.slug}/comments"
    assert client.post(path, body, content_type="application/json").status_code == 201
    assert not author.comments.get().unproven


def test_nobody_is_given_a_sum_without_need():
    answer = Client().get("/api/v1/proof")
    assert answer.json() == {"challenge": None}
    assert not answer.cookies


def sign_up(address="203.0.113.7", email="wren@example.org", **more):
    said = {"email": email, "display_name": "Wren of the Hill", "password1": "", **more}
    return Client(REMOTE_ADDR=address).post("/accounts/signup/", said)


def test_a_sign_up_without_proof_stands_and_the_first_comment_waits():
    relax(proof_always=True)
    assert sign_up().status_code == 302
    wren = User.objects.get(email="wren@example.org")
    assert wren.unproven
    EmailAddress.objects.filter(user=wren).update(verified=True)
    relax(proof_always=False)
    assert judged(post(wren)) == ("held", ["unproven"])
    held = wren.comments.get()
    comments.approve(actor=make_user(role="editor"), comment=held, revision_id=held.latest_id)
    assert judged(post(wren)) == ("approved", [])


def test_a_sign_up_with_proof_is_like_any_other(easy):
    relax(proof_always=True)
    sign_up(proof=solve(proof_of_work.challenge()))
    assert not User.objects.get(email="wren@example.org").unproven


def test_a_sign_up_that_fills_in_what_nobody_sees_is_marked():
    sign_up(website="https://example.org")
    assert User.objects.get(email="wren@example.org").unproven


def test_sign_ups_are_counted_by_network():
    relax(proof_sign_ups=2, proof_first_posts=0)
    sign_up(address="203.0.113.1", email="a@example.org", display_name="Ada of the Hill")
    sign_up(address="203.0.113.2", email="b@example.org", display_name="Bo of the Dale")
    sign_up(address="203.0.113.3", email="c@example.org", display_name="Cy of the Moor")
    found = User.objects.order_by("pk").values_list("unproven", flat=True)
    assert list(found) == [False, False, True]


# --- Signing up through another site ----------------------------------------------------------


def come_from_elsewhere(rf, number: int, **environ):
    """What a provider answers about somebody, with all that a sign-up needs; the sign-up goes on
    from there as allauth's own."""
    request = rf.get("/", **environ)
    for middleware in (SessionMiddleware, MessageMiddleware):
        middleware(lambda _request: None).process_request(request)
    request.user = AnonymousUser()
    told = {"id": number, "email": f"far{number}@example.org", "email_verified": True}
    with request_context(request):
        return complete_social_login(
            request, DummyProvider(request).sociallogin_from_response(request, told)
        )


def test_a_sign_up_that_needs_no_form_is_counted_like_any_other(rf):
    relax(proof_sign_ups=2, proof_first_posts=0)
    for number in (1, 2):
        come_from_elsewhere(rf, number, REMOTE_ADDR=f"203.0.113.{number}")
    assert newcomers.times(origin=Origin("203.0.113.9"), days=1)[newcomers.Kind.SIGN_UP] == 2
    found = User.objects.filter(email__startswith="far").values_list("unproven", flat=True)
    assert list(found) == [False, False]
    asked = come_from_elsewhere(rf, 3, REMOTE_ADDR="203.0.113.3")
    assert asked.url == "/accounts/3rdparty/signup/"
    assert not User.objects.filter(email="far3@example.org").exists()
    come_from_elsewhere(rf, 4, REMOTE_ADDR="198.51.100.4")
    assert User.objects.filter(email="far4@example.org").exists()


def test_a_sign_up_without_form_or_proof_is_marked_where_one_is_asked_for(rf, monkeypatch):
    monkeypatch.setattr(DefaultSocialAccountAdapter, "is_auto_signup_allowed", lambda *_given: True)
    # Asked for from the very next on, which no other sign-up could tell it.
    asked = iter([False, True])
    monkeypatch.setattr(newcomers, "is_asked", lambda **_given: next(asked))
    come_from_elsewhere(rf, 1)
    assert User.objects.get(email="far1@example.org").unproven


def test_sign_ups_without_a_form_have_the_limit_of_the_form(rf, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "sign_up", limits.Limit(3_600, address=1))
    come_from_elsewhere(rf, 1)
    with pytest.raises(TooMany):
        come_from_elsewhere(rf, 2)
    assert User.objects.filter(email__startswith="far").count() == 1


# --- Mail that arrives ------------------------------------------------------------------------


def test_who_has_confirmed_no_address_waits_and_is_told_why():
    author = make_user(verified=False)
    comment = post(author)
    assert judged(comment) == ("held", ["unverified"])
    told = client_of(author).get(comment.call_to_action.article.get_absolute_url())
    assert "Your e-mail address is not confirmed" in told.content.decode()


def test_nobody_publishes_for_them_before_that():
    author, editor = make_user(verified=False), make_user(role="editor")
    comment = post(author)
    judged(comment)
    with pytest.raises(Conflict) as refusal:
        moderation.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve"
        )
    assert codes(refusal.value) == {"unverified"}
    with pytest.raises(Conflict):
        comments.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    EmailAddress.objects.filter(user=author).update(verified=True)
    moderation.rule(actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve")
    comment.refresh_from_db()
    assert comment.status == "approved"


def test_a_token_is_no_way_around_it():
    author = make_user(verified=False)
    article = make_article()
    _token, secret = issue_token(actor=author, user=author, name="mine")
    answer = Client().post(
        f"/api/v1/articles/{article.slug}/comments",
        {"body": "A calm point."},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 201
    assert judged(author.comments.get()) == ("held", ["unverified"])


# --- Disposable mail --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "disposable"),
    [
        ("a@mailinator.com", True),
        ("a@MAILINATOR.com.", True),
        ("a@deep.down.mailinator.com", True),
        ("a@mailinator.com.example", False),
        ("a@example.org", False),
        ("a@com", False),
        ("nothing", False),
        ("a@" + "x." * 200 + "mailinator.com", False),
    ],
)
def test_the_list_knows_domains_and_those_below(email, disposable):
    assert mail_domains.is_disposable(email) is disposable


def test_an_admin_knows_better_than_the_list():
    admin = make_user(role="admin")
    mail_domains.say_of_domain(actor=admin, domain="Mailinator.com", effect="allow")
    mail_domains.say_of_domain(actor=admin, domain="bücher.example", effect="disposable")
    assert not mail_domains.is_disposable("a@x.mailinator.com")
    assert mail_domains.is_disposable("a@xn--bcher-kva.example")
    mail_domains.say_of_domain(actor=admin, domain="bad.mailinator.com", effect="disposable")
    assert mail_domains.is_disposable("a@bad.mailinator.com")
    mail_domains.unsay_of_domain(actor=admin, row=MailDomain.objects.get(domain="mailinator.com"))
    assert mail_domains.is_disposable("a@mailinator.com")
    with pytest.raises(Forbidden):
        mail_domains.say_of_domain(actor=make_user(), domain="a.example", effect="allow")
    with pytest.raises(Exception, match="domain"):
        mail_domains.say_of_domain(actor=admin, domain="not a..domain", effect="allow")


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [("take", ("approved", [])), ("hold", ("held", ["disposable_mail"]))],
)
def test_a_newcomer_with_disposable_mail(policy, outcome):
    relax(disposable_mail=policy)
    author = make_user()
    User.objects.filter(pk=author.pk).update(email="x@mailinator.com")
    author.refresh_from_db()
    assert judged(post(author)) == outcome


def test_it_may_be_refused_at_sign_up():
    relax(disposable_mail="refuse")
    assert not ports.newcomers().takes_disposable_mail
    answer = sign_up(email="wren@mailinator.com")
    assert answer.status_code == 200
    assert "mail to this one is thrown away" in answer.content.decode()
    assert not User.objects.exists()
    assert sign_up().status_code == 302
