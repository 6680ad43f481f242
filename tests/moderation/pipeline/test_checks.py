from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from moderation.pipeline import (
    AuthorFacts,
    DiscussionFacts,
    Earlier,
    Outcome,
    Phrase,
    Policy,
    Submission,
    judge,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG = "The bridge should have been repaired years ago, and everybody in town knew it."

REGULAR = AuthorFacts(id=1, joined_at=NOW - timedelta(days=90), approved=7)
DEFAULTS = Policy()


def make_submission(text=LONG, *, author=None, discussion=None, **facts):
    return Submission(
        comment_id=100,
        revision_id=200,
        text=text,
        posted_at=NOW,
        author=AuthorFacts(
            id=1, joined_at=NOW - timedelta(days=90), **{"approved": 7, **(author or {})}
        ),
        discussion=DiscussionFacts(**(discussion or {})),
        **facts,
    )


def earlier(*texts, seconds_apart=3600):
    return tuple(
        Earlier(comment_id=at, text=text, posted_at=NOW - timedelta(seconds=seconds_apart * at))
        for at, text in enumerate(texts, start=1)
    )


def findings(submission, policy=DEFAULTS):
    return {finding.code: finding for finding in judge(submission, policy).findings}


def codes(submission, policy=DEFAULTS):
    return list(findings(submission, policy))


def pieces(text, finding):
    return [text[span.start : span.end] for span in finding.spans]


def test_an_ordinary_comment_passes_every_check():
    assert codes(make_submission()) == []


def test_a_banned_phrase_rejects_and_names_the_phrase_but_not_the_text():
    text = "Come to my C4s1no, casino!"
    policy = Policy(banned_phrases=(Phrase(5, "casino"), Phrase(6, "poker")))
    finding = findings(make_submission(text), policy)["banned_phrases"]
    assert finding.outcome is Outcome.REJECT
    assert pieces(text, finding) == ["C4s1no", "casino"]
    assert finding.detail == {"phrases": [{"id": 5, "text": "casino"}], "found": 1}


def test_a_suspect_phrase_holds():
    policy = Policy(suspect_phrases=(Phrase(5, "crypto*"),))
    finding = findings(make_submission("Buy CryptoCoins"), policy)["suspect_phrases"]
    assert finding.outcome is Outcome.HOLD


def test_the_evidence_of_a_text_full_of_phrases_stays_small():
    policy = Policy(banned_phrases=tuple(Phrase(at, f"word{at}x") for at in range(100)))
    text = " ".join(f"word{at}x" for at in range(100))
    finding = findings(make_submission(text), policy)["banned_phrases"]
    assert (len(finding.spans), len(finding.detail["phrases"])) == (50, 20)
    assert finding.detail["found"] == 100


@pytest.mark.parametrize(
    ("links", "author", "held"),
    [
        (2, {}, False),
        (3, {}, True),
        (1, {"approved": 0}, False),
        (2, {"approved": 0}, True),
        (2, {"approved": 0, "trusted": True}, False),
        (3, {"trusted": True}, True),
    ],
)
def test_more_links_than_allowed_hold(links, author, held):
    text = " and ".join(f"https://site{at}.org/page" for at in range(links))
    assert ("too_many_links" in codes(make_submission(text, author=author))) is held


def test_links_to_allowed_domains_do_not_count():
    text = "https://a.house.org https://house.org http://HOUSE.org. www.house.org/x"
    policy = Policy(allowed_domains=frozenset({"House.org"}), links_allowed=0)
    assert codes(make_submission(text), policy) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.com/x",
        "see shop.evil.com",
        "[good.org](http://evil.com)",
        "evil dot com",
        "e\u200bvil.com",
        "hxxps://evil[.]com",
        "https://good.org@evil.com",
        "Evil.Museum",
        "http://xn--bcher-kva.example",
        "//evil.com/x",
    ],
)
def test_a_link_to_a_blocked_domain_rejects(text):
    policy = Policy(blocked_domains=frozenset({"*.evil.com", "evil.museum", "bücher.example"}))
    finding = findings(make_submission(text), policy)["blocked_links"]
    assert finding.outcome is Outcome.REJECT
    assert finding.spans


@pytest.mark.parametrize("text", ["https://notevil.com", "evil.com.good.org", "evil", "x@evil.co"])
def test_other_domains_are_not_blocked(text):
    policy = Policy(blocked_domains=frozenset({"evil.com"}))
    assert "blocked_links" not in codes(make_submission(text), policy)


def test_a_disguised_link_holds_and_says_how_it_hides():
    text = "Visit my-shop dot com or http:\\\\other.org"
    finding = findings(make_submission(text))["disguised_links"]
    assert finding.outcome is Outcome.HOLD
    assert finding.detail == {"disguises": ["dots", "scheme"]}
    assert pieces(text, finding) == ["my-shop dot com", "http:\\\\other.org"]


@pytest.mark.parametrize(
    "before",
    [
        LONG,
        LONG.upper(),
        LONG.replace("e", "е"),
        LONG + " Again!",
        LONG.replace("years", "decades"),
        "Hey. " + LONG,
    ],
)
def test_saying_nearly_the_same_again_holds(before):
    finding = findings(make_submission(recent=earlier("Something else.", before)))["repeats"]
    assert finding.detail == {"comments": [2]}
    assert finding.score >= 0.85


@pytest.mark.parametrize(
    "before",
    [
        "The bridge is a disgrace.",
        "Nobody in the council has ever explained where all that money went, and nobody will.",
        LONG + " " + "But I have changed my mind about who should pay for all of it. " * 4,
    ],
)
def test_saying_something_else_does_not_hold(before):
    assert codes(make_submission(recent=earlier(before))) == []


@pytest.mark.parametrize(("times", "held"), [(1, False), (4, False), (5, True)])
def test_a_short_answer_repeats_only_when_it_is_said_many_times(times, held):
    submission = make_submission("I agree.", recent=earlier(*["i AGREE"] * times))
    assert ("repeats" in codes(submission)) is held


def test_a_short_answer_never_nearly_repeats():
    recent = earlier(*["I agree, yes"] * 10)
    assert "repeats" not in codes(make_submission("I agree, yes!!! ok", recent=recent))


def test_the_first_of_two_equal_comments_is_not_a_copy_of_the_second():
    later = Earlier(comment_id=101, text=LONG, posted_at=NOW + timedelta(seconds=5))
    assert codes(make_submission(recent=(later,))) == []


def test_the_number_of_copies_that_hold_is_the_policys():
    submission = make_submission(recent=earlier(LONG, LONG))
    assert "repeats" in codes(submission, Policy(repeat_limit=2))
    assert "repeats" not in codes(submission, Policy(repeat_limit=3))


def test_the_same_text_by_other_authors_holds():
    finding = findings(make_submission(twins=(4, 5)))["twins"]
    assert finding.detail == {"comments": [4, 5]}
    assert codes(make_submission("I agree", twins=(4, 5))) == []


@pytest.mark.parametrize(
    ("approved", "first_n", "held"), [(0, 0, False), (0, 3, True), (2, 3, True), (3, 3, False)]
)
def test_first_comments_hold_while_the_policy_asks_for_it(approved, first_n, held):
    submission = make_submission(author={"approved": approved})
    assert ("newcomer" in codes(submission, Policy(newcomer_first_n=first_n))) is held


@pytest.mark.parametrize(
    ("texts", "seconds_apart", "limit", "held"),
    [(4, 5, 5, False), (5, 5, 5, True), (5, 20, 5, False), (19, 1, 0, False), (1, 59, 1, True)],
)
def test_posting_too_fast_holds(texts, seconds_apart, limit, held):
    recent = earlier(*[f"Different {'x' * at}" for at in range(texts)], seconds_apart=seconds_apart)
    submission = make_submission(recent=recent)
    assert ("flood" in codes(submission, Policy(flood_limit=limit, flood_seconds=60))) is held


def test_later_comments_do_not_make_an_earlier_one_part_of_a_flood():
    later = tuple(Earlier(at, f"{at}", NOW + timedelta(seconds=at)) for at in range(1, 10))
    assert "flood" not in codes(make_submission(recent=later))


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("THIS IS AN OUTRAGE AND EVERYBODY KNOWS IT", True),
        ("ЭТО ВОЗМУТИТЕЛЬНО, И ВСЕ ЭТО ЗНАЮТ, ДА", True),
        ("This is an outrage and everybody knows it", False),
        ("SHORT AND LOUD", False),
        ("NASA, ESA and JAXA agreed on a common docking standard", False),
        (
            "这是一个非常长的句子，没有任何大写字母，所以它永远不会大喊大叫，对吧，是的，当然是这样",
            False,
        ),
        ("هذه جملة طويلة جدا لا تحتوي على أي حروف كبيرة على الإطلاق كما نعلم", False),
        ("see HTTPS://EXAMPLE.COM/A/VERY/LONG/ADDRESS/ALL/IN/CAPITALS for more about it", False),
        ("1234567890 1234567890 1234567890 1234567890 A", False),
    ],
)
def test_shouting_holds(text, held):
    assert ("shouting" in codes(make_submission(text))) is held


def test_the_evidence_of_shouting_is_the_loud_words():
    text = "I SAID: THIS BRIDGE MUST BE CLOSED NOW today"
    assert pieces(text, findings(make_submission(text))["shouting"])[1:4] == [
        "SAID",
        "THIS",
        "BRIDGE",
    ]


def test_what_is_written_while_nobody_reads_waits_but_for_an_editors_own():
    assert codes(make_submission(discussion={"attended": False})) == ["out_of_hours"]
    trusted = make_submission(discussion={"attended": False}, author={"trusted": True})
    assert codes(trusted) == []


def test_a_check_that_is_switched_off_is_not_asked():
    shouting = "THIS IS ALL IN CAPITALS AND NOBODY SHOULD WRITE LIKE THAT"
    assert codes(make_submission(shouting)) == ["shouting"]
    assert codes(make_submission(shouting), Policy(checks_off=frozenset({"shouting"}))) == []


def test_a_premoderated_discussion_holds():
    assert codes(make_submission(discussion={"premoderated": True})) == ["premoderated"]


def test_a_discussion_that_closed_meanwhile_holds_and_never_rejects():
    decision = judge(make_submission(discussion={"open": False}), Policy())
    assert decision.outcome is Outcome.HOLD
    assert [finding.code for finding in decision.findings] == ["closed"]


def test_a_restricted_author_is_held():
    assert codes(make_submission(author={"restricted": True})) == ["restricted"]


def test_editors_are_not_slowed_down_but_their_words_are_judged_like_anyones():
    trusted = make_submission(
        "Please stay on topic, and read our guidelines before you answer: casino dot com",
        author={"trusted": True, "approved": 0},
        discussion={"premoderated": True, "open": False},
        recent=earlier(*[LONG] * 10, seconds_apart=1),
        twins=(4,),
    )
    policy = Policy(newcomer_first_n=3, banned_phrases=(Phrase(1, "casino"),))
    assert set(codes(trusted, policy)) == {"closed", "banned_phrases", "disguised_links"}
    restricted = replace(trusted, author=replace(trusted.author, restricted=True))
    assert "restricted" in codes(restricted, policy)
