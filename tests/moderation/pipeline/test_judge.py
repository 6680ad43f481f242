import json
import pkgutil
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.pipeline import (
    CHECKS,
    REASONS,
    Alike,
    AuthorFacts,
    Decision,
    DiscussionFacts,
    Earlier,
    Finding,
    Member,
    Outcome,
    Phrase,
    Policy,
    Span,
    Submission,
    checks,
    judge,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "A secret sentence that no record of a decision may ever repeat"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=120)


def make_submission(text=SECRET, **facts):
    return Submission(1, 2, text, NOW, AuthorFacts(3, NOW, approved=5), **facts)


@pytest.fixture
def add_check(monkeypatch):
    """Adds a module with one check to the package, as an installation with its own check would."""

    def add(name, check):
        module = ModuleType(f"moderation.pipeline.checks.{name}")
        setattr(module, name, check)
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return add


def test_the_list_names_every_file_and_every_file_holds_one_question():
    files = {module.name for module in pkgutil.iter_modules(checks.__path__)}
    assert files == set(CHECKS)
    assert len(CHECKS) == len(files)
    for name in CHECKS:
        check = getattr(import_module(f"moderation.pipeline.checks.{name}"), name)
        assert check.__doc__.endswith("?")
        assert "\n" not in check.__doc__


def test_every_reason_is_described_and_nothing_else_is():
    assert list(REASONS) == [*CHECKS, "check_missing", "check_failed", "check_slow"]
    assert all(description.endswith(".") for description in REASONS.values())


def test_the_strictest_outcome_wins_and_every_reason_is_kept():
    decision = judge(
        make_submission(discussion=DiscussionFacts(open=False, premoderated=True)),
        Policy(
            banned_phrases=(Phrase(1, "secret"),),
            suspect_phrases=(Phrase(2, "sentence"),),
            newcomer_first_n=9,
        ),
    )
    assert decision.outcome is Outcome.REJECT
    assert [finding.code for finding in decision.findings] == [
        "closed",
        "premoderated",
        "newcomer",
        "banned_phrases",
        "suspect_phrases",
    ]


def test_no_reason_approves():
    assert judge(make_submission(), Policy()).outcome is Outcome.APPROVE


def test_a_missing_check_holds_and_is_named():
    decision = judge(make_submission(), Policy(), checks=[*CHECKS, "no_such_check"])
    assert decision.outcome is Outcome.HOLD
    assert [finding.code for finding in decision.findings] == ["check_missing"]
    assert decision.findings[0].detail == {
        "check": "no_such_check",
        "error": "ModuleNotFoundError",
    }


def test_a_file_without_its_function_is_a_missing_check(monkeypatch):
    monkeypatch.setitem(sys.modules, "moderation.pipeline.checks.hollow", ModuleType("hollow"))
    assert judge(make_submission(), Policy(), ["hollow"]).findings[0].code == "check_missing"


def test_a_failing_check_holds_without_the_text_and_the_others_still_run(add_check):
    def explodes(submission, policy):
        raise ValueError(submission.text)

    add_check("explodes", explodes)
    decision = judge(
        make_submission(), Policy(banned_phrases=(Phrase(1, "secret"),)), ["explodes", *CHECKS]
    )
    assert [finding.code for finding in decision.findings] == ["check_failed", "banned_phrases"]
    assert decision.findings[0].detail == {"check": "explodes", "error": "ValueError"}


def test_a_check_that_answers_anything_but_a_finding_has_failed(add_check):
    add_check("babbles", lambda submission, policy: True)
    finding = judge(make_submission(), Policy(), ["babbles"]).findings[0]
    assert (finding.code, finding.detail["error"]) == ("check_failed", "TypeError")


def test_a_slow_check_holds_and_its_own_finding_is_kept(add_check):
    def ponders(submission, policy):
        time.sleep(0.02)
        return Finding("ponders", Outcome.REJECT)

    add_check("ponders", ponders)
    decision = judge(make_submission(), Policy(check_budget_ms=5), ["ponders"])
    assert decision.outcome is Outcome.REJECT
    assert [finding.code for finding in decision.findings] == ["ponders", "check_slow"]
    assert decision.findings[1].detail["check"] == "ponders"


def test_outcomes_are_ordered_from_lenient_to_strict():
    assert Outcome.APPROVE < Outcome.HOLD < Outcome.REJECT
    assert max([Outcome.HOLD, Outcome.REJECT, Outcome.APPROVE]) is Outcome.REJECT
    assert Outcome.HOLD <= Outcome.HOLD >= Outcome.APPROVE
    assert [outcome.value for outcome in Outcome] == ["approve", "hold", "reject"]


def test_a_decision_survives_json():
    decision = Decision(
        Outcome.HOLD,
        (Finding("repeats", Outcome.HOLD, (Span(1, 4),), 0.9, {"comments": [1]}),),
        1.5,
    )
    assert Decision.from_json(json.loads(json.dumps(decision.as_json()))) == decision


def test_no_record_of_a_decision_repeats_the_text():
    text = f"{SECRET} HTTP:\\\\SECRET.example CASINO " + "LOUD " * 40
    submission = Submission(
        1,
        2,
        text,
        NOW,
        AuthorFacts(3, NOW, restricted=True, verified=False, disposable=True, unproven=True),
        recent=tuple(Earlier(at, text, NOW) for at in range(20)),
        twins=(7,),
        discussion=DiscussionFacts(open=False, premoderated=True, attended=False),
        alike=tuple(Alike(Member(at, at, NOW, 1), text) for at in range(5, 9)),
    )
    policy = Policy(
        banned_phrases=(Phrase(1, "casino"),),
        newcomer_first_n=1,
        links_allowed_newcomer=0,
        blocked_domains=frozenset({"blocked.example"}),
    )
    decision = judge(submission, policy)
    learned = {"disguised_words", "unmeasured_language", "abuse", "spam"}
    assert {finding.code for finding in decision.findings} - learned == set(CHECKS) - learned - {
        "suspect_phrases",
        "blocked_links",
    }
    record = json.dumps(decision.as_json()).lower()
    assert "secret" not in record
    assert "loud" not in record


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("You are a St*pid 1d10t and a disgrace, every one of you.", {"abuse", "disguised_words"}),
        ("Subscribe to my channel, check out http://cash.example/now and earn $500", {"spam"}),
        ("Вчера совет собрался, чтобы обсудить дороги, и я тоже.", {"unmeasured_language"}),
    ],
)
def test_no_record_of_what_the_scorer_found_repeats_the_text(text, codes):
    submission = Submission(1, 2, text, NOW, AuthorFacts(3, NOW))
    decision = judge(submission, Policy())
    assert codes <= {finding.code for finding in decision.findings}
    record = json.dumps(decision.as_json(), ensure_ascii=False).lower()
    assert not [word for word in text.lower().split() if len(word) > 5 and word in record]


POLICIES = st.builds(
    Policy,
    banned_phrases=st.lists(st.builds(Phrase, st.integers(), ANY_TEXT), max_size=3).map(tuple),
    suspect_phrases=st.lists(st.builds(Phrase, st.integers(), ANY_TEXT), max_size=3).map(tuple),
    allowed_domains=st.frozensets(ANY_TEXT, max_size=2),
    blocked_domains=st.frozensets(ANY_TEXT, max_size=2),
    links_allowed=st.integers(0, 2),
    repeat_limit=st.integers(0, 3),
    repeat_min_letters=st.integers(0, 10),
    near_repeat_similarity=st.floats(0, 1),
    newcomer_first_n=st.integers(0, 3),
    flood_limit=st.integers(0, 3),
    shouting_share=st.floats(0, 1),
    shouting_min_letters=st.integers(0, 10),
    check_budget_ms=st.just(60_000),
)


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=3), POLICIES)
def test_no_check_fails_on_any_text_and_every_span_lies_within_it(text, recent, policy):
    submission = make_submission(
        text,
        recent=tuple(Earlier(at, text, NOW) for at, text in enumerate(recent)),
        twins=(9,),
    )
    decision = judge(submission, policy)
    for finding in decision.findings:
        assert finding.code in CHECKS
        for start, end in finding.spans:
            assert 0 <= start < end <= len(text)
    assert Decision.from_json(json.loads(json.dumps(decision.as_json()))) == decision
