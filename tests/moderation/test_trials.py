"""A change of the rules on its way: proposed, in shadow, in force or dropped."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict
from comments.models import Comment, CommentRevision
from moderation import intake, operations
from moderation.models import (
    ArticlePolicy,
    DecisionRecord,
    LinkDomain,
    Phrase,
    Policy,
    Trial,
    TrialDifference,
)
from moderation.operations import trials
from record.models import Entry
from tests.admin_pages import HOSTILE, messages, path
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
TONIC = "My grandmother swore by a spoonful of tonic before every long walk."
PLAIN = "The new timetable works well for everybody who starts before eight."


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


@pytest.fixture
def article(monkeypatch):
    # A test does not wait until a decision is surely committed.
    monkeypatch.setattr(trials, "SETTLED", timedelta(0))
    relax()
    return make_article()


def judged(article, body: str, **more) -> DecisionRecord:
    comment = make_comment(article=article, body=body, status="pending", **more)
    return operations.judge(comment_id=comment.pk)


def proposed(head, **change) -> Trial:
    change = change or {"add": [Phrase(text="tonic", effect="hold")]}
    return trials.propose(actor=head, name="Tonic", **({"changes": {}} | change))


def in_shadow(head, **change) -> Trial:
    return trials.start_shadow(actor=head, trial=proposed(head, **change))


# --- shadow ---------------------------------------------------------------------------------


def test_in_shadow_a_change_records_what_it_would_have_done_and_does_nothing(head, article):
    judged(article, "What came before is not looked at, tonic or not, in any case.")
    trial = in_shadow(head)
    record = judged(article, TONIC)
    judged(article, PLAIN)
    assert trials.judge_in_shadow() == 2
    trial.refresh_from_db()
    assert (trial.judged, trial.differing, trial.failures) == (2, 1, 0)
    found = TrialDifference.objects.get()
    assert (found.record, found.before, found.after) == (record, "approve", "hold")
    assert found.codes == ["suspect_phrases"]
    assert set(Comment.objects.values_list("status", flat=True)) == {"approved"}
    assert DecisionRecord.objects.count() == 3
    assert not Phrase.objects.exists()
    assert trials.judge_in_shadow() == 0, "each decision is looked at once"


def test_what_fails_in_shadow_is_counted_and_the_decision_stands(head, article, monkeypatch):
    trial = in_shadow(head)
    record = judged(article, TONIC)

    def fails(*_facts):
        raise RuntimeError

    monkeypatch.setattr(trials, "judge", fails)
    trials.judge_in_shadow()
    trial.refresh_from_db()
    assert (trial.judged, trial.differing, trial.failures) == (1, 0, 1)
    assert record.outcome == "approve"
    assert Comment.objects.get().status == "approved"


def test_a_change_that_cannot_be_read_any_more_fails_alone(head, article):
    broken, whole = in_shadow(head), in_shadow(head, changes={"mode": "waits"})
    Trial.objects.filter(pk=broken.pk).update(change={"policy": {"no_such_rule": 1}})
    judged(article, PLAIN)
    trials.judge_in_shadow()
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.failures, broken.differing) == (1, 0)
    assert (whole.failures, whole.differing) == (0, 1)


def test_no_comment_waits_for_a_change_in_shadow(head, article):
    """Judging asks for no trial: it is looked at later, by another task."""
    in_shadow(head)
    comment = make_comment(article=article, body=PLAIN, status="pending")
    with CaptureQueriesContext(connection) as asked:
        operations.judge(comment_id=comment.pk)
    assert len(asked) > 5
    assert not [query for query in asked.captured_queries if "moderation_trial" in query["sql"]]


def test_what_was_edited_or_erased_meanwhile_is_passed_over(head, article):
    trial = in_shadow(head)
    record = judged(article, TONIC)
    CommentRevision.objects.filter(pk=record.revision_id).update(erased_at=timezone.now())
    trials.judge_in_shadow()
    trial.refresh_from_db()
    assert (trial.judged, trial.differing, trial.failures) == (1, 0, 0)


def test_a_check_of_the_moment_is_judged_in_shadow(head, article):
    trial = in_shadow(head, changes={"flood_limit": 1, "flood_seconds": 600})
    author = make_user()
    judged(article, TONIC, author=author)
    judged(article, PLAIN, author=author)
    trials.judge_in_shadow()
    trial.refresh_from_db()
    assert trial.differing == 1
    assert TrialDifference.objects.get().codes == ["flood"]


def test_only_so_many_changes_run_at_once(head):
    for _number in range(trials.MOST_IN_SHADOW):
        in_shadow(head, changes={"links_allowed": 9})
    with pytest.raises(Conflict) as refused:
        in_shadow(head, changes={"links_allowed": 8})
    assert refused.value.code == "too_many"


def test_differences_beyond_what_is_kept_are_counted(head, article, monkeypatch):
    monkeypatch.setattr(trials, "DIFFERENCES_KEPT", 1)
    trial = in_shadow(head, changes={"mode": "waits"})
    for body in (TONIC, PLAIN):
        judged(article, body)
    trials.judge_in_shadow()
    trial.refresh_from_db()
    assert (trial.differing, TrialDifference.objects.count()) == (2, 1)


# --- steps ----------------------------------------------------------------------------------


def test_a_change_is_put_in_force_whole_with_who_and_when(head, article):
    operations.save_rules(actor=None, rows=[Phrase(text="lemonade", effect="reject")])
    trial = in_shadow(
        head,
        changes={"links_allowed": 9, "checks_off": ["shouting"]},
        add=[Phrase(text="tonic", effect="hold")],
        remove=[Phrase.objects.get()],
    )
    other = make_user(role="admin")
    before = Policy.objects.count()
    policy = trials.enable(actor=other, trial=trial)
    assert Policy.objects.count() == before + 1, "one change, one policy"
    assert (policy.links_allowed, policy.checks_off, policy.created_by) == (9, ["shouting"], other)
    assert list(Phrase.objects.values_list("text", flat=True)) == ["tonic"]
    assert judged(article, TONIC).outcome == "hold"
    trial.refresh_from_db()
    assert (trial.state, trial.ended_by, trial.enabled_as) == ("enabled", other, policy)
    assert (trial.created_by, trial.shadowed_by) == (head, head)
    steps = Entry.objects.filter(subject="moderation.trial").order_by("pk")
    assert [(entry.verb, entry.actor_id) for entry in steps] == [
        ("propose_change", head.pk),
        ("shadow_change", head.pk),
        ("enable_change", other.pk),
    ]
    assert "tonic" not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_what_does_not_fit_any_more_changes_nothing(head):
    trial = proposed(head, changes={"links_allowed": 9}, add=[Phrase(text="tonic", effect="hold")])
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="hold")])
    with pytest.raises(Exception, match="already exists"):
        trials.enable(actor=head, trial=trial)
    trial.refresh_from_db()
    assert trial.state == "draft"
    assert intake.current_policy().links_allowed != 9


@pytest.mark.parametrize("end", [trials.enable, trials.drop])
def test_what_is_over_takes_no_step_any_more(head, end):
    trial = proposed(head)
    end(actor=head, trial=trial)
    for step in (trials.enable, trials.drop, trials.start_shadow):
        with pytest.raises(Conflict):
            step(actor=head, trial=trial)


@pytest.mark.parametrize(
    "change",
    [
        {"changes": {}},
        {"changes": {"links_allowed": -1}},
        {"changes": {"checks_off": ["restricted"]}},
        {"changes": {"checks_off": ["no_such_check"]}},
        {"changes": {"mode": "x"}},
        {"changes": {}, "add": [Phrase(text="", effect="hold")]},
    ],
)
def test_what_no_policy_could_be_is_not_proposed(head, change):
    with pytest.raises(Exception, match="."):
        proposed(head, **change)
    assert not Trial.objects.exists()


# --- in the admin ---------------------------------------------------------------------------


def form_of(client, model, **changes) -> dict:
    form = client.get(path(model, "add")).context["adminform"].form
    wanted = {name: value for name, value in form.initial.items() if value not in ("", None)}
    wanted = {name: value for name, value in wanted.items() if value is not False}
    return wanted | changes


def test_a_changed_policy_is_tried_before_it_is_saved(client, head, article):
    judged(article, PLAIN)
    before = Policy.objects.count()
    assert 'name="moderation_policy_try_first"' in client.get(path(Policy, "add")).content.decode()
    wanted = form_of(client, Policy, mode="waits", moderation_policy_try_first="1")
    response = client.post(path(Policy, "add"), wanted, follow=True)
    trial = Trial.objects.get()
    assert response.redirect_chain == [(path(Trial, "change", trial.pk), 302)]
    assert trial.change["policy"] == {"mode": "waits"}
    assert Policy.objects.count() == before
    client.post(path(Trial, "change", trial.pk), {"test": "1", "decisions": "100"})
    page = client.get(path(Trial, "change", trial.pk)).content.decode()
    assert "would have waited for an editor" in page
    assert PLAIN in page


def test_a_phrase_is_tried_before_it_is_saved_and_its_samples_are_shown_as_text(
    client, head, article
):
    judged(article, f"{TONIC} {HOSTILE}")
    assert 'name="moderation_phrase_try_first"' in client.get(path(Phrase, "add")).content.decode()
    client.post(
        path(Phrase, "add"),
        {"text": "tonic", "effect": "reject", "moderation_phrase_try_first": "1"},
    )
    assert not Phrase.objects.exists()
    trial = Trial.objects.get()
    response = client.post(
        path(Trial, "change", trial.pk), {"test": "1", "decisions": "100"}, follow=True
    )
    page = response.content.decode()
    assert "<mark>tonic</mark>" in page
    assert "<script>alert(1)" not in page


def test_a_changed_phrase_takes_the_place_of_the_old_one(client, head):
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="hold")])
    client.post(
        path(Phrase, "change", Phrase.objects.get().pk),
        {"text": "tonic*", "effect": "hold", "moderation_phrase_try_first": "1"},
    )
    assert Phrase.objects.get().text == "tonic"
    trial = Trial.objects.get()
    client.post(path(Trial, "change", trial.pk), {"enable": "1"})
    assert Phrase.objects.get().text == "tonic*"
    trial.refresh_from_db()
    assert (trial.state, trial.ended_by) == ("enabled", head)


def test_each_step_is_a_button_and_a_step_that_is_over_is_told(client, head):
    trial = proposed(head)
    address = path(Trial, "change", trial.pk)
    client.post(address, {"shadow": "1"})
    assert Trial.objects.get().state == "shadow"
    client.post(address, {"drop": "1"})
    assert Trial.objects.get().state == "dropped"
    response = client.post(address, {"enable": "1"}, follow=True)
    assert "past that step" in messages(response)
    for nonsense in ("", "x", "-1", "99999999999", "10001"):
        client.post(address, {"test": "1", "decisions": nonsense})
    assert Trial.objects.get().backtest_wanted == 0


def test_a_trial_is_written_by_no_form(client, head):
    trial = proposed(head)
    assert client.get(path(Trial, "add")).status_code == 403
    assert client.post(path(Trial, "delete", trial.pk), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:moderation_trial_change", args=[10**9])).status_code == 404


def test_the_page_costs_the_same_queries_for_few_differences_and_for_many(
    client, head, article, django_assert_max_num_queries, django_assert_num_queries
):
    trial = in_shadow(head, changes={"mode": "waits"})
    judged(article, TONIC)
    trials.judge_in_shadow()
    trials.try_on_decisions(actor=head, trial=trial)
    address = path(Trial, "change", trial.pk)
    with django_assert_max_num_queries(20) as few:
        client.get(address)
    for number in range(4):
        judged(make_article(), f"{PLAIN} And this is number {number}, for what it is worth.")
    trials.judge_in_shadow()
    trials.try_on_decisions(actor=head, trial=trial)
    with django_assert_num_queries(len(few)):
        client.get(address)


# --- link domains and article policies --------------------------------------------------------

LINKED = "Everything about it stands at https://tonic.example/offer for whoever wants to read on."


def test_a_link_domain_is_tried_on_the_past_in_shadow_and_put_in_force(head, article):
    linked = judged(article, LINKED)
    judged(article, PLAIN)
    trial = proposed(head, add=[LinkDomain(domain="tonic.example", effect="block")])
    trial = trials.try_on_decisions(actor=head, trial=trial)
    assert trial.backtest["moves"] == {"approve>reject": 1}
    assert trial.backtest["samples"] == {"approve>reject": [linked.pk]}
    trials.start_shadow(actor=head, trial=trial)
    judged(article, LINKED.replace("Everything", "All"))
    assert trials.judge_in_shadow() == 1
    assert TrialDifference.objects.get().codes == ["blocked_links"]
    assert not LinkDomain.objects.exists()
    trials.enable(actor=head, trial=trial)
    assert LinkDomain.objects.get().effect == "block"
    assert judged(article, LINKED.replace("Everything", "More")).outcome == "reject"
    # Taken away again, in the same way.
    row = LinkDomain.objects.get()
    trial = proposed(head, remove=[row])
    # What was live before the domain was listed would be rejected by today's rules.
    assert trials.try_on_decisions(actor=head, trial=trial).backtest["moves"] == {
        "reject>approve": 3
    }
    trials.enable(actor=head, trial=trial)
    assert not LinkDomain.objects.exists()
    operations.save_rules(actor=head, rows=[LinkDomain(domain="a.example", effect="allow")])
    with pytest.raises(ValidationError):
        proposed(head, add=[LinkDomain(domain="a.example", effect="block")])


def test_an_articles_policy_is_tried_on_its_own_past_alone(head, article):
    other = make_article()
    mine, theirs = (
        judged(article, "Both sides of this question are told in the library."),
        judged(other, "The council has put its minutes and its maps in the hall."),
    )
    assert {mine.outcome, theirs.outcome} == {"approve"}
    trial = proposed(head, add=[ArticlePolicy(article=article, newcomer_first_n=5)])
    trial = trials.try_on_decisions(actor=head, trial=trial)
    assert trial.backtest["looked"] == 1
    assert trial.backtest["moves"] == {"approve>hold": 1}
    trials.start_shadow(actor=head, trial=trial)
    judged(article, "My neighbours keep the figures of last winter in a drawer.")
    judged(other, "Whoever cycles there should look at these two bridges first.")
    trials.judge_in_shadow()
    assert [
        each.record.comment.call_to_action.article for each in TrialDifference.objects.all()
    ] == [article]
    assert not ArticlePolicy.objects.exists()
    trials.enable(actor=head, trial=trial)
    assert ArticlePolicy.objects.get().newcomer_first_n == 5
    assert judged(article, "There is an older survey, and a newer one as well.").outcome == "hold"
    row = ArticlePolicy.objects.get()
    stricter = ArticlePolicy(article=article, newcomer_first_n=2)
    trial = proposed(head, add=[stricter], remove=[row])
    trials.enable(actor=head, trial=trial)
    assert ArticlePolicy.objects.get().newcomer_first_n == 2
    trials.enable(actor=head, trial=proposed(head, remove=[ArticlePolicy.objects.get()]))
    assert not ArticlePolicy.objects.exists()


def test_both_are_tried_from_their_own_forms(client, head, article):
    html = client.get(path(LinkDomain, "add")).content.decode()
    assert 'name="moderation_linkdomain_try_first"' in html
    sent = {"domain": "tonic.example", "effect": "block", "moderation_linkdomain_try_first": "1"}
    answer = client.post(path(LinkDomain, "add"), sent)
    trial = Trial.objects.get()
    assert answer.status_code == 302 and answer.url == path(Trial, "change", trial.pk)
    page = client.get(answer.url).content.decode()
    assert "+ tonic.example (Not published)" in page and not LinkDomain.objects.exists()
    sent = {"article": article.pk, "links_allowed": "0", "moderation_articlepolicy_try_first": "1"}
    answer = client.post(path(ArticlePolicy, "add"), sent)
    page = client.get(answer.url).content.decode()
    assert article.title in page and "<td>2</td><td>0</td>" in page
    assert not ArticlePolicy.objects.exists()
