"""The policy of the site, and what one article has otherwise."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.errors import Forbidden
from articles import operations as articles
from articles.models import Article
from comments import operations as comments
from moderation import intake, operations
from moderation.models import ArticlePolicy, DecisionRecord, Policy
from moderation.operations import closing
from moderation.scorer import LABELS
from record.models import Entry
from tests.admin_pages import path
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
PLAIN = "The new timetable works well for everybody who starts before eight."
OTHER = "My grandmother walked to the market with two baskets."
LINKS = "See https://one.example/a and https://two.example/b and https://three.example/c for it."


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _unhurried(db):
    relax()


def own(article: Article, **rules) -> ArticlePolicy:
    row = ArticlePolicy.objects.filter(article=article).first() or ArticlePolicy(article=article)
    for name, value in rules.items():
        setattr(row, name, value)
    operations.save_rules(actor=None, rows=[row])
    return row


def judged(article: Article, body: str = PLAIN, **more) -> DecisionRecord:
    comment = make_comment(article=article, body=body, status="pending", **more)
    return operations.judge(comment_id=comment.pk)


def codes(record: DecisionRecord) -> list[str]:
    return [found["code"] for found in record.findings]


# --- the mode -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "article", "waits"),
    [
        ("open", None, False),
        ("waits", None, True),
        ("open", "waits", True),
        ("waits", "open", False),
    ],
)
def test_an_article_has_its_own_mode_or_that_of_the_site(site, article, waits):
    operations.change_policy(actor=None, changes={"mode": site})
    place = make_article()
    if article:
        own(place, mode=article)
    assert codes(judged(place)) == (["premoderated"] if waits else [])
    assert codes(judged(place, author=make_user(role="editor"))) == []


def test_a_closed_site_takes_no_comments_but_where_an_article_is_open():
    closed, opened = make_article(), make_article()
    own(opened, mode="open")
    operations.change_policy(actor=None, changes={"mode": "closed"})
    reader = make_user()
    with pytest.raises(ValidationError) as refused:
        comments.post_comment(author=reader, call_to_action=closed.call_to_action, body=PLAIN)
    assert refused.value.code == "closed"
    comments.post_comment(author=reader, call_to_action=opened.call_to_action, body=PLAIN)


def test_a_closed_site_says_so_and_offers_no_box_to_whoever_is_signed_in():
    article = make_article()
    client = Client()
    client.force_login(make_user())
    assert 'name="body"' in client.get(article.get_absolute_url()).content.decode()
    operations.change_policy(actor=None, changes={"mode": "closed"})
    page = client.get(article.get_absolute_url()).content.decode()
    assert 'name="body"' not in page
    assert "closed" in page


def test_a_closed_site_offers_nobody_to_sign_in_for_an_answer(client):
    first = make_comment()
    closed, opened = first.call_to_action.article, make_article()
    own(opened, mode="open")
    operations.change_policy(actor=None, changes={"mode": "closed"})
    page = client.get(closed.get_absolute_url()).content.decode()
    assert "Sign in to answer" not in page
    assert "This question is closed" in page
    assert "Sign in to answer" in client.get(opened.get_absolute_url()).content.decode()
    for article, answer in ((closed, False), (opened, True)):
        told = client.get(f"/api/v1/articles/{article.slug}").json()
        assert told["call_to_action"]["is_open"] is answer


def test_a_closed_site_offers_no_box_to_answer_a_comment_or_go_on_with_a_draft(client):
    comment, reader = make_comment(), make_user()
    comments.save_draft(
        actor=reader, call_to_action=comment.call_to_action, parent=None, body="Begun"
    )
    client.force_login(reader)
    reply, drafts = f"/c/{comment.pk}/reply/", "/my/drafts/"
    assert 'name="body"' in client.get(reply).content.decode()
    assert "Go on writing" in client.get(drafts).content.decode()
    operations.change_policy(actor=None, changes={"mode": "closed"})
    assert 'name="body"' not in client.get(reply).content.decode()
    assert "This discussion is closed" in client.get(reply).content.decode()
    assert "Go on writing" not in client.get(drafts).content.decode()


def test_a_comment_that_was_accepted_before_the_site_closed_waits():
    article = make_article()
    comment = make_comment(article=article, body=PLAIN, status="pending")
    operations.change_policy(actor=None, changes={"mode": "closed"})
    assert codes(operations.judge(comment_id=comment.pk)) == ["closed"]


def test_closing_an_article_closes_its_question_and_opening_it_opens_that():
    article = make_article()
    row = own(article, mode="closed")
    article.call_to_action.refresh_from_db()
    assert not article.call_to_action.is_open()
    own(article, mode=None)
    article.call_to_action.refresh_from_db()
    assert article.call_to_action.is_open()
    own(article, mode="closed")
    operations.delete_rule(actor=make_user(role="admin"), row=row)
    article.call_to_action.refresh_from_db()
    assert article.call_to_action.is_open()
    verbs = Entry.objects.filter(subject="articles.calltoaction").values_list("verb", flat=True)
    assert sorted(verbs) == ["close_discussion"] * 2 + ["open_discussion"] * 2


# --- numbers and thresholds -----------------------------------------------------------------


def test_links_and_newcomers_are_judged_by_the_articles_own_rules():
    author = make_user()
    known, strict = make_article(), make_article()
    own(known, links_allowed=5)
    own(strict, newcomer_first_n=1)
    assert codes(judged(strict, author=author)) == ["newcomer"]
    first = make_comment(article=known, author=author, body="Something else entirely, to begin.")
    assert first.status == "approved"
    assert "too_many_links" in codes(judged(make_article(), LINKS, author=author))
    assert "too_many_links" not in codes(judged(known, LINKS, author=author))


def test_a_threshold_of_one_article_stands_over_that_of_the_site():
    operations.change_policy(
        actor=None, changes={f"{label}_hold": 1.0 for label in LABELS if label != "spam"}
    )
    rude = "You are a pathetic idiot and everybody here knows it."
    site, strict = make_article(), make_article()
    own(strict, insult_hold=0.5)
    assert codes(judged(site, rude)) == []
    record = judged(strict, rude, author=make_user())
    (found,) = [each for each in record.findings if each["code"] == "abuse"]
    assert [each["label"] for each in found["detail"]["labels"]] == ["insult"]
    assert found["detail"]["labels"][0]["from"] == 0.5


def test_nought_is_an_own_rule_and_not_an_empty_one():
    operations.change_policy(actor=None, changes={"newcomer_first_n": 3})
    article = make_article()
    own(article, newcomer_first_n=0)
    assert codes(judged(article)) == []
    assert codes(judged(make_article(), OTHER)) == ["newcomer"]


# --- reading hours --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "hour", "attended"),
    [
        (None, None, 3, True),
        (9, 17, 9, True),
        (9, 17, 16, True),
        (9, 17, 17, False),
        (9, 17, 3, False),
        (22, 6, 23, True),
        (22, 6, 5, True),
        (22, 6, 6, False),
        (22, 6, 12, False),
        (8, 8, 3, True),
    ],
)
def test_hours_may_pass_midnight_and_the_same_twice_is_all_day(first, last, hour, attended):
    rules = {
        "reading_from": None if first is None else time(first),
        "reading_until": None if last is None else time(last),
    }
    moment = datetime(2026, 5, 4, hour, 0, tzinfo=UTC)
    assert intake.attended(rules, moment) is attended


def test_hours_are_those_of_the_publishers_clock(settings):
    settings.PUBLISHER_TIME_ZONE = "Pacific/Auckland"
    rules = {"reading_from": time(9), "reading_until": time(17)}
    assert intake.attended(rules, datetime(2026, 5, 4, 22, 0, tzinfo=UTC))  # 10 in the morning
    assert not intake.attended(rules, datetime(2026, 5, 4, 10, 0, tzinfo=UTC))


def test_what_is_written_outside_the_hours_waits_and_an_article_may_be_read_all_day():
    now = timezone.now().astimezone(UTC)
    shut = {"reading_from": (now + timedelta(hours=2)).time().replace(microsecond=0)}
    shut["reading_until"] = (now + timedelta(hours=4)).time().replace(microsecond=0)
    operations.change_policy(actor=None, changes=shut)
    all_day = make_article()
    own(all_day, reading_from=time(0), reading_until=time(0))
    assert codes(judged(make_article())) == ["out_of_hours"]
    assert codes(judged(all_day, OTHER)) == []


def test_half_a_pair_of_hours_is_refused():
    with pytest.raises(ValidationError):
        operations.change_policy(actor=None, changes={"reading_from": time(9)})
    with pytest.raises(ValidationError):
        own(make_article(), reading_until=time(9))


# --- closing by age -------------------------------------------------------------------------


def old_article(days: int) -> Article:
    return make_article(published_at=timezone.now() - timedelta(days=days))


def is_open(article: Article) -> bool:
    article.call_to_action.refresh_from_db()
    return article.call_to_action.is_open()


def test_discussions_close_after_the_days_of_the_site_or_of_their_article():
    operations.change_policy(actor=None, changes={"auto_close_days": 10})
    young, old, longer, never, sooner = (old_article(days) for days in (9, 11, 11, 99, 3))
    own(longer, auto_close_days=30)
    own(never, auto_close_days=0)
    own(sooner, auto_close_days=2)
    assert closing.close_old() == 2
    assert [is_open(article) for article in (young, old, longer, never, sooner)] == [
        *(True, False, True, True, False)
    ]
    assert closing.close_old() == 0
    assert Entry.objects.filter(verb="close_discussion", actor=None).count() == 2


def test_a_discussion_that_somebody_opened_again_stays_open():
    operations.change_policy(actor=None, changes={"auto_close_days": 10})
    article = old_article(20)
    closing.close_old()
    articles.open_discussion(actor=make_user(role="editor"), call_to_action=article.call_to_action)
    assert closing.close_old() == 0
    assert is_open(article)


def test_nothing_closes_by_itself_unless_the_policy_says_so():
    article = old_article(5_000)
    assert closing.close_old() == 0
    assert is_open(article)


# --- in the admin ---------------------------------------------------------------------------


def test_the_form_shows_what_the_site_has_and_what_is_in_force(client, head):
    operations.change_policy(actor=None, changes={"insult_hold": 0.6, "links_allowed": 4})
    row = own(make_article(), links_allowed=7)
    for address in (path(ArticlePolicy, "add"), path(ArticlePolicy, "change", row.pk)):
        page = client.get(address).content.decode()
        assert "Site: 0.60. In force here: 0.60." in page
        assert "as the scorer recommends. In force here" in page
        assert "Site: always." in page
    assert "Site: 4. In force here: 7." in page


def test_an_own_rule_is_stored_by_the_form_and_taken_back_by_emptying_it(client, head):
    article = make_article()
    client.post(
        path(ArticlePolicy, "add"),
        {"article": article.pk, "mode": "waits", "insult_hold": "0.4", "reading_from": "08:00:00"},
    )
    assert not ArticlePolicy.objects.exists(), "hours need both ends"
    wanted = {"article": article.pk, "mode": "waits", "insult_hold": "0.4"}
    client.post(path(ArticlePolicy, "add"), wanted)
    row = ArticlePolicy.objects.get()
    assert (row.mode, row.insult_hold, row.links_allowed) == ("waits", 0.4, None)
    client.post(path(ArticlePolicy, "change", row.pk), {"article": article.pk})
    row.refresh_from_db()
    assert (row.mode, row.insult_hold) == (None, None)
    assert Entry.objects.filter(verb="save_rule", actor=head).count() == 2


@pytest.mark.parametrize(("field", "value"), [("insult_hold", "1.2"), ("links_allowed", "-1")])
def test_an_own_rule_out_of_bounds_is_refused(client, head, field, value):
    article = make_article()
    response = client.post(path(ArticlePolicy, "add"), {"article": article.pk, field: value})
    assert field in response.context["adminform"].form.errors
    assert not ArticlePolicy.objects.exists()


def test_checks_are_switched_off_in_the_form(client, head):
    shouting = "THIS IS ALL IN CAPITALS AND NOBODY SHOULD EVER WRITE LIKE THAT"
    form = client.get(path(Policy, "add")).context["adminform"].form
    wanted = {name: each for name, each in form.initial.items() if each is not None}
    wanted = {name: each for name, each in wanted.items() if each is not False}
    client.post(path(Policy, "add"), {**wanted, "checks_off": ["shouting"]})
    assert Policy.objects.first().checks_off == ["shouting"]
    assert codes(judged(make_article(), shouting)) == []
    refused = client.post(path(Policy, "add"), {**wanted, "checks_off": ["restricted"]})
    assert "checks_off" in refused.context["adminform"].form.errors


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_change_the_rules_of_an_article(role):
    row = ArticlePolicy(article=make_article(), mode="waits")
    with pytest.raises(Forbidden):
        operations.save_rules(actor=make_user(role=role), rows=[row])
    assert not ArticlePolicy.objects.exists()
