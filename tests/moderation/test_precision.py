"""How often a score was right, and that nothing rejects on one before that was looked at."""

import json
import re

import pytest

from articles.models import Guideline
from comments.models import Comment
from moderation import operations, precision, reasons
from moderation.models import Batch, DecisionRecord, Policy, RejectionReason
from moderation.scorer import LABELS
from moderation.scorer_training.thresholds import SITE_SHARES
from tests.admin_pages import path
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
VERSION = "weights-of-a-test"


@pytest.fixture(autouse=True)
def report(monkeypatch, tmp_path):
    """Of 1,000 deserving texts 800 reach 0.5 and 400 reach 0.9; of 9,000 others 900 and 9."""
    deserving = [1000 - 4 * percent for percent in range(1, 100)]
    others = [900 if percent < 90 else 9 for percent in range(1, 100)]
    deserving[49], deserving[89] = 800, 400
    told = {
        "version": VERSION,
        "per_label": [
            {"label": label, "texts": 10_000, "positive": 1_000, "reached": [deserving, others]}
            for label in LABELS
        ],
        "thresholds": {label: {"share": share} for label, share in SITE_SHARES.items()},
    }
    written = tmp_path / "report.json"
    written.write_text(json.dumps(told))
    monkeypatch.setattr(precision, "REPORT", written)
    precision._report.cache_clear()
    yield
    precision._report.cache_clear()


@pytest.fixture
def editor():
    relax()
    return make_user(role="editor")


def row(label="toxicity", **chosen):
    return next(row for row in precision.measured(chosen) if row.label == label)


def scored(score, *, label="toxicity", version=VERSION):
    comment = make_comment(article=make_article(), status=Comment.Status.HELD)
    DecisionRecord.objects.create(
        comment=comment,
        revision_id=comment.latest_id,
        outcome="hold",
        status_before="pending",
        scores={label: score},
        scorer=version,
        software="1",
    )
    return comment


def rule(editor, comment, outcome, reason=""):
    comment.refresh_from_db()
    return operations.rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome=outcome,
        reason=reason,
    )


def test_precision_by_texts_is_at_the_share_each_label_is_expected_at():
    cell = row().cells[0]
    rate = SITE_SHARES["toxicity"]
    expected = rate * 0.8 / (rate * 0.8 + (1 - rate) * 0.1)
    assert cell.at == 0.5
    assert cell.by_texts.share == pytest.approx(expected)
    assert cell.by_texts.low < expected < cell.by_texts.high
    assert (cell.by_texts.right, cell.by_texts.of) == (800, 1_700)
    rarer = row("threat").cells[0].by_texts
    assert rarer.share < cell.by_texts.share


@pytest.mark.parametrize("typed", [0.9, 0.904])
def test_precision_is_told_at_the_threshold_that_was_typed(typed):
    chosen = row(toxicity=typed).chosen
    assert chosen.at == typed
    assert (chosen.by_texts.right, chosen.by_texts.of) == (400, 409)
    assert row().chosen is None


def test_the_newest_ruling_on_a_text_counts(editor):
    comment = scored(0.8)
    rejected = rule(editor, comment, "reject", "abusive")
    assert row().cells[0].by_rulings.right == 1
    operations.undo(actor=editor, record=rejected)
    assert row().cells[0].by_rulings is None
    rule(editor, comment, "reject", "abusive")
    rule(editor, comment, "approve")
    by_rulings = row().cells[0].by_rulings
    assert (by_rulings.right, by_rulings.of) == (0, 1)


def test_a_batch_takes_no_read_rulings_place(editor, monkeypatch):
    monkeypatch.setattr(precision, "NEWEST", 1)
    rule(editor, scored(0.8), "reject", "abusive")
    batch = Batch.objects.create(actor=editor, selection={}, outcome="approve")
    comment = scored(0.8)
    operations.rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="approve",
        batch=batch,
    )
    by_rulings = row().cells[0].by_rulings
    assert (by_rulings.right, by_rulings.of) == (1, 1)


def test_a_rejection_for_another_reason_says_nothing_about_a_label(editor):
    rule(editor, scored(0.8), "reject", "off_topic")
    rule(editor, scored(0.8), "reject", "spam")
    assert row().cells[0].by_rulings is None
    rule(editor, scored(0.8), "reject", "abusive")
    rule(editor, scored(0.8), "approve")
    by_rulings = row().cells[0].by_rulings
    assert (by_rulings.share, by_rulings.right, by_rulings.of) == (0.5, 1, 2)
    assert by_rulings.low < 0.2 < 0.8 < by_rulings.high


def test_a_reason_that_an_admin_added_counts_for_its_guideline(editor):
    respect = Guideline.objects.create(code="respect", title="Be kind", text="To all of us.")
    RejectionReason.objects.create(
        code="hounding", told="It hounds somebody.", key="9", position=99, guideline=respect
    )
    reasons.forget()
    rule(editor, scored(0.8), "reject", "hounding")
    assert row().cells[0].by_rulings.right == 1


def test_only_scores_of_the_weights_that_judge_now_count(editor):
    rule(editor, scored(0.8, version="older"), "approve")
    assert row().cells[0].by_rulings is None


def test_only_rulings_that_reach_the_typed_threshold_count(editor):
    for score in (0.86, 0.88, 0.95):
        rule(editor, scored(score), "reject", "abusive")
    assert row(toxicity=0.87).chosen.by_rulings.of == 2


def test_its_queries_are_few_however_many_rulings(editor, django_assert_num_queries):
    for _each in range(6):
        rule(editor, scored(0.8), "approve")
    reasons.deserved("abuse", "reject", "abusive")
    with django_assert_num_queries(2):
        precision.measured({})


def test_nothing_rejects_before_the_precision_there_was_looked_at(client):
    client.force_login(make_user(role="admin"))
    address = path(Policy, "add")
    form = client.get(address).context["adminform"].form
    sent = {
        name: value
        for name in form.fields
        if (value := form.get_initial_for_field(form.fields[name], name)) is not None
        and value is not False
    }
    sent["toxicity_reject"] = "0.9"
    before = Policy.objects.count()
    answer = client.post(address, sent)
    assert answer.status_code == 200 and Policy.objects.count() == before
    html = answer.content.decode()
    assert "Nothing is saved yet." in html
    shown = re.search(r'name="precision_shown" value="([^"]*)"', html).group(1)
    assert shown == "toxicity:0.9"
    assert re.search(r"<strong>0\.9</strong><br>0\.\d\d \(0\.\d\d–0\.\d\d\), 409 texts", html)
    other = client.post(address, {**sent, "toxicity_reject": "0.6", "precision_shown": shown})
    assert other.status_code == 200 and Policy.objects.count() == before
    saved = client.post(address, {**sent, "precision_shown": shown})
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert Policy.objects.first().toxicity_reject == 0.9
