"""Near-copies and pushed links, as the check sees them: frozen facts alone."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.near_copies import (
    PLAIN,
    TEXTS,
    copies,
    figures,
    one_word_in_five,
    one_word_in_ten,
    three_at_once,
    unlike,
)
from moderation.pipeline import Alike, AuthorFacts, Member, Outcome, Policy, Submission
from moderation.pipeline.checks.raids import raids
from moderation.pipeline.links import find_links
from moderation.pipeline.sketches import BANDS, own_letters, sites_of, sketch

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
TEXT = TEXTS[0]
OTHER = (
    "I walk past the harbour twice a day with my dog, and the new lamps are a blessing in winter."
)


def by(author, comment_id=None, *, joined=LONG_AGO, article=1, cluster=None):
    return Member(comment_id or 100 + author, author, joined, article, cluster)


def judged(*alike, text=TEXT, policy=None, trusted=False, around="", clusters=(), joined=LONG_AGO):
    author = AuthorFacts(1, joined, approved=5, trusted=trusted)
    return raids(
        Submission(
            7, 8, text, NOW, author, alike=tuple(alike), around=around, clusters=tuple(clusters)
        ),
        policy or Policy(),
    )


# What docs/moderation.md promises of each edit, less a little for another draw.
@pytest.mark.parametrize(
    ("edit", "found", "alike"),
    [
        *((edit, 0.97, 1) for edit in PLAIN),
        (one_word_in_ten, 0.85, 0.95),
        (one_word_in_five, 0.35, 0),
        (three_at_once, 0.9, 0.85),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_edited_copies_find_each_other(edit, found, alike):
    met, _mean, near = figures(list(copies(edit, of_each=8, seed=11)))
    assert met >= found and near >= alike


def test_unlike_texts_are_not_taken_for_copies():
    texts = unlike(60, seed=11)
    pairs = list(zip(texts, texts[1:], strict=False))
    met, mean, near = figures(pairs)
    assert near == 0 and mean < 0.4 and met < 0.5


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_has_a_sketch_of_one_size_or_none(text):
    letters = own_letters(text)
    assert len(sketch(letters)) in (0, BANDS)
    assert all(0 <= value < 2**63 for value in sketch(letters))
    assert sketch(letters) == sketch(letters)


def test_a_long_text_costs_a_bounded_number_of_shingles(monkeypatch):
    rounds = []
    monkeypatch.setattr(
        "moderation.pipeline.sketches.nsmallest",
        lambda count, hashes: rounds.append(count) or sorted(hashes)[:count],
    )
    chance = random.Random(3)
    sketch("".join(chance.choice("abcdefghijklmnop") for _letter in range(5_000)))
    assert rounds == [192]


def test_a_third_author_of_one_text_makes_a_raid_and_a_second_does_not():
    assert judged(Alike(by(2), TEXT)) is None
    assert judged(Alike(by(2), TEXT), Alike(by(1, 55), TEXT)) is None, "one's own copy"
    found = judged(
        Alike(by(2, joined=NOW - timedelta(hours=2)), TEXT), Alike(by(3, article=2), TEXT)
    )
    assert found.outcome is Outcome.HOLD
    assert found.detail == {
        "cluster": 7,
        "size": 3,
        "authors": 3,
        "articles": 3,
        "new_accounts": 1,
        "domains": [],
        "comments": [102, 103],
    }


def test_a_raid_that_is_known_keeps_its_name_and_needs_one_copy():
    clusters = [by(author, cluster=40) for author in range(2, 12)]
    found = judged(Alike(by(5, cluster=40), TEXT), clusters=clusters)
    assert found.detail["cluster"] == 40
    assert found.detail["size"] == found.detail["authors"] == 11
    both = judged(
        Alike(by(5, cluster=40), TEXT), Alike(by(20, cluster=12), TEXT), clusters=clusters
    )
    assert both.detail["cluster"] == 12, "two that meet are one, under the older name"


def test_editors_and_a_switched_off_policy_find_none():
    three = (Alike(by(2), TEXT), Alike(by(3), TEXT))
    assert judged(*three) and judged(*three, trusted=True) is None
    assert judged(*three, policy=Policy(raid_authors=0)) is None
    assert judged(*three, policy=Policy(raid_authors=4)) is None


def test_no_word_of_the_text_is_in_the_finding():
    found = judged(Alike(by(2), TEXT), Alike(by(3), TEXT))
    assert found.spans == () and "harbour" not in str(found.detail)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for this article, I learned a lot from it.",
        "I could not agree more with the author of this piece.",
        "+1, exactly what I wanted to say.",
        "",
    ],
)
def test_common_phrases_are_no_raid(text):
    assert judged(*(Alike(by(author), text) for author in range(2, 9)), text=text) is None


def test_what_several_readers_quote_is_no_raid():
    replies = (
        "That is not what the minutes of the council say, and I was there on both evenings.",
        "Could somebody explain to me which piers are meant here? I only know of one that went.",
        "The tone of this is awful, yet the question who was asked deserves a proper answer.",
    )
    quote = "\n".join(f"> {line}" for line in TEXT.split(". "))
    first, *others = (f"{quote}\n\n{reply}" for reply in replies)
    alike = [Alike(by(author), text) for author, text in enumerate(others, 2)]
    assert judged(*alike, text=first) is None
    # The article's own words need no mark.
    first, *others = (f"{TEXT} {reply}" for reply in replies)
    alike = [Alike(by(author), text) for author, text in enumerate(others, 2)]
    assert judged(*alike, text=first, around=f"A title.\n{OTHER} {TEXT} {OTHER}") is None
    assert judged(*alike, text=first), "words that stand nowhere else count"


def linked(count, *, site="spam.example", first=2):
    return [Alike(by(author), "", frozenset({site})) for author in range(first, first + count)]


def test_a_domain_that_many_authors_link_to_within_the_hour_is_a_raid():
    text = "See https://www.spam.example/x7 for it."
    assert judged(*linked(3), text=text) is None
    found = judged(*linked(4), text=text)
    assert found.detail["domains"] == ["spam.example"] and found.detail["authors"] == 5
    assert judged(*linked(4), text=text, policy=Policy(raid_link_authors=0)) is None
    assert judged(*linked(4), text=text, policy=Policy(raid_link_authors=6)) is None
    allowed = Policy(allowed_domains=frozenset({"spam.example"}))
    assert judged(*linked(4), text=text, policy=allowed) is None


def test_a_quoted_link_is_not_pushed():
    text = "> See https://www.spam.example/x7 for it.\n\nWho falls for this?"
    assert judged(*linked(9), text=text) is None


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://a7.x.spam.example/1", "spam.example"),
        ("https://shop.firm.co.uk/1", "firm.co.uk"),
        ("https://www.firm.de/", "firm.de"),
        ("www.firm.de", "firm.de"),
    ],
)
def test_what_stands_before_a_domain_does_not_make_it_another(url, site):
    assert sites_of(find_links(f"at {url} now")) == {site}
