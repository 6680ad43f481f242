"""What the checks make of the scorer's probabilities, and what they do when there are none."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation.pipeline import AuthorFacts, Outcome, Policy, Submission, judge, scores
from moderation.scorer import Verdict, WeightsError

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEARNED = ("disguised_words", "unmeasured_language", "abuse", "spam")
RUDE = "You are a stupid idiot and nobody here wants to hear from you."
FAIR = "The council met on Tuesday to discuss the drains, and I was there."


def clear():
    for cached in (scores.scorer, scores.verdict_on):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def afresh():
    yield
    clear()


def submission(text, **facts):
    return Submission(1, 2, text, NOW, AuthorFacts(3, NOW, approved=5, **facts))


def judged(text, policy=None, **facts):
    return judge(submission(text, **facts), policy or Policy(), LEARNED)


def test_rude_words_are_held_with_the_labels_and_the_words_that_carried_them():
    decision = judged(RUDE)
    (finding,) = (found for found in decision.findings if found.code == "abuse")
    assert decision.outcome is Outcome.HOLD
    labels = [over["label"] for over in finding.detail["labels"]]
    assert {"toxicity", "insult"} <= set(labels)
    assert "idiot" in "".join(RUDE[slice(*span)] for span in finding.spans)
    assert finding.score == max(over["score"] for over in finding.detail["labels"])


def test_fair_words_pass_and_their_scores_are_kept_all_the_same():
    decision = judged(FAIR)
    assert decision.outcome is Outcome.APPROVE and decision.findings == ()
    assert decision.scores["toxicity"] < 0.2 and decision.scorer


def test_an_editors_own_words_are_not_scored_against_them():
    assert judged(RUDE, trusted=True).outcome is Outcome.APPROVE


def test_a_score_alone_never_rejects_until_an_admin_says_from_where():
    never = tuple((label, 1.0) for label in scores.ABUSE)
    assert judged(RUDE, Policy(hold_from=never)).outcome is Outcome.APPROVE
    assert judged(RUDE, Policy(reject_from=(("insult", 0.5),))).outcome is Outcome.REJECT


def test_the_threshold_that_was_set_is_the_one_that_counts():
    score = judged(RUDE).scores["toxicity"]
    only = tuple((label, 1.0) for label in scores.ABUSE if label != "toxicity")
    at, above = (("toxicity", score - 0.001),), (("toxicity", min(score + 0.001, 0.999)),)
    assert judged(RUDE, Policy(hold_from=only + at)).outcome is Outcome.HOLD
    assert judged(RUDE, Policy(hold_from=only + above)).outcome is Outcome.APPROVE


def test_words_in_disguise_are_a_finding_of_their_own():
    text = "Y0u are an 1d10t, and you know it."
    (finding,) = (found for found in judged(text).findings if found.code == "disguised_words")
    assert "1d10t" in [text[slice(*span)] for span in finding.spans]
    off = judged(text, Policy(hold_disguised_words=False))
    assert "disguised_words" not in [found.code for found in off.findings]


@pytest.mark.parametrize(
    "text",
    [
        "The printer wakes up once you call /etc/rc.d/cups restart on the old machine.",
        "We waited and waited.... then nothing came... so we walked home...I am tired now.",
        "**HIRE THIS WOMAN, SHE KNOWS HER SHIT.**",
    ],
)
def test_paths_slips_and_emphasis_are_no_disguise(text):
    assert "disguised_words" not in [found.code for found in judged(text).findings]


@pytest.mark.parametrize("text", ["...", "hooray", "Yes", "aha", "*sigh*", "about 73%"])
def test_a_few_words_that_say_nothing_are_not_held(text):
    assert judged(text).outcome is Outcome.APPROVE


def test_a_language_without_figures_is_held_and_may_be_let_through():
    text = "Вчера совет собрался, чтобы обсудить дороги, и я тоже там был весь вечер."
    assert [found.code for found in judged(text).findings] == ["unmeasured_language"]
    off = judged(text, Policy(hold_unmeasured_languages=False))
    assert "unmeasured_language" not in [found.code for found in off.findings]


def test_foreign_words_are_no_way_past_the_scorer_where_they_are_let_through():
    text = "Le conseil a décidé hier de construire un pont. You fucking idiot, I will kill you."
    through = Policy(hold_unmeasured_languages=False)
    assert "abuse" in [found.code for found in judged(text, through).findings]


def test_a_lesson_holds_but_never_rejects_alone(monkeypatch):
    plain = judged(RUDE).scores
    monkeypatch.setattr(scores, "probabilities_of", lambda text, policy: dict.fromkeys(plain, 0.99))
    reject = (("toxicity", min(plain["toxicity"] + 0.01, 0.999)),)
    assert judged(RUDE, Policy(reject_from=reject)).outcome is Outcome.HOLD


@pytest.mark.parametrize("value", [float("nan"), -0.1, 1.1, float("inf")])
def test_what_is_no_probability_holds(monkeypatch, value):
    class Broken:
        version, labels, header = "broken", ("toxicity",), {"thresholds": {"toxicity": {"hold": 1}}}

        def score(self, text):
            return Verdict({"toxicity": value}, {}, [], self.version, 1)

    clear()
    monkeypatch.setattr(scores, "load", Broken)
    decision = judged(FAIR)
    assert decision.outcome is Outcome.HOLD and decision.scores == {}
    assert {found.code for found in decision.findings} == {"check_failed"}


def test_missing_weights_hold(monkeypatch):
    def missing():
        raise WeightsError("gone")

    clear()
    monkeypatch.setattr(scores, "load", missing)
    assert judged(FAIR).outcome is Outcome.HOLD


ADVERT = "Earn $500 a day from home, no skills needed, visit http://cash.example.net/now today"


def spam_in(text, policy=None, **facts):
    author = AuthorFacts(3, **{"joined_at": NOW, "approved": 1} | facts)
    decision = judge(Submission(1, 2, text, NOW, author), policy or Policy(), ("spam",))
    return next(iter(decision.findings), None)


def test_a_new_account_with_a_link_is_held_sooner_and_a_known_author_later():
    old = NOW - timedelta(days=90)
    plain = judged(ADVERT, Policy(hold_from=(("spam", 0.01),)), trusted=False).scores["spam"]
    just_above = Policy(hold_from=(("spam", min(plain + 0.002, 0.9999)),))
    assert spam_in(ADVERT, just_above, joined_at=old) is None
    found = spam_in(ADVERT, just_above, approved=0)
    assert found.detail["signs"] == ["new_account"] and found.outcome is Outcome.HOLD
    at = Policy(hold_from=(("spam", plain - 0.002),))
    assert spam_in(ADVERT, at, joined_at=old) and not spam_in(ADVERT, at, approved=9)


def test_a_newcomers_plain_words_are_read_like_anybodys():
    at = Policy(hold_from=(("spam", 0.0001),))
    found = spam_in(FAIR, at, approved=0)
    assert found is None or "signs" not in found.detail


def test_circumstances_alone_never_reject():
    plain = judged(ADVERT).scores["spam"]
    policy = Policy(reject_from=(("spam", min(plain + 0.002, 0.9999)),), hold_from=(("spam", 0.5),))
    assert spam_in(ADVERT, policy, approved=0).outcome is Outcome.HOLD


def test_links_to_welcome_places_are_not_read_as_advertising():
    text = "The report has it all, see " + " and ".join(
        f"https://www.example.org/page/{n}" for n in range(4)
    )
    hold = (("spam", 0.4),)
    assert spam_in(text, Policy(hold_from=hold)) is not None
    welcome = Policy(hold_from=hold, allowed_domains=frozenset({"example.org"}))
    assert spam_in(text, welcome) is None
