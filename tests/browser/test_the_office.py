"""The admin's own pages in Chromium: nothing for axe-core to find, in both themes."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from moderation import operations
from moderation.dashboard import counting
from moderation.models import DecisionRecord, Phrase
from moderation.operations import trials
from tests.browser.test_every_page import AXE, RULES, session_of
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WORDS = (
    "My grandmother swore by a spoonful of tonic before every long walk.",
    "You are a pathetic idiot and everybody here knows it.",
    "Whoever opened the new cafe by the station serves tonic with everything.",
    "Muslims have lived in this street for longer than the tram line.",
    "Has anybody measured how much a household spends on tickets in a year?",
)


@pytest.fixture
def head(db) -> User:
    """An admin with something to look at."""
    head = make_user(role="admin")
    relax()
    articles = [make_article(title=title) for title in ("The last tram", "Whose park is it?")]
    now = timezone.now()
    for number in range(30):
        body = f"{WORDS[number % len(WORDS)]} So much for part {number} of my story."
        comment = make_comment(article=articles[number % 3 // 2], body=body, status="pending")
        made = operations.judge(comment_id=comment.pk)
        if made.outcome == "hold" and number % 2:
            operations.rule(
                actor=head,
                comment=comment,
                revision_id=comment.latest_id,
                outcome="reject" if number % 3 else "approve",
                reason="abusive" if number % 3 else "",
            )
    held = Comment.objects.waiting().values_list("pk", flat=True)
    for number, pk in enumerate(held):
        Comment.objects.filter(pk=pk).update(decided_at=now - timedelta(hours=5 * number))
    for hours in range(1, 40):
        for _each in range(hours * 7 % 5):
            comment = Comment.objects.order_by("?").first()
            DecisionRecord.objects.create(
                comment=comment,
                revision_id=comment.latest_id,
                status_before="pending",
                outcome="approve",
                software="x",
                actor=head if hours % 3 == 0 else None,
                at=now - timedelta(hours=hours),
            )
    counting.count_all()
    return head


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_the_pages_of_the_office(head, quick_site, browser, theme, width):
    trial = trials.propose(
        actor=head,
        name="Tonic waits",
        changes={"links_allowed": 1, "flood_limit": 3},
        add=[Phrase(text="tonic", effect="hold")],
    )
    trials.try_on_decisions(actor=head, trial=trial)
    trials.start_shadow(actor=head, trial=trial)
    listed = Phrase.objects.create(text="zanzibar", effect="hold")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(head), "url": quick_site}]
    )
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    faults = []
    for path in (
        "/admin/",
        "/admin/moderation/phrase/try-a-text",
        "/admin/moderation/phrase/read-a-file",
        f"/admin/moderation/trial/{trial.pk}/change/",
        f"/admin/moderation/phrase/{listed.pk}/delete/",
    ):
        assert page.goto(quick_site + path).status == 200, path
        if "try-a-text" in path:
            page.locator("textarea").fill(f"{WORDS[0]} You idiot, see http://casino.example/")
            page.locator("select[name=trial]").select_option(index=1)
            page.get_by_role("button", name="Try it", exact=True).click()
            page.locator("mark").first.wait_for()
        page.evaluate(
            "document.querySelectorAll('.office details').forEach((e) => (e.open = true))"
        )
        page.evaluate(AXE + ";0")
        result = page.evaluate("rules => axe.run('.office', {runOnly: rules})", RULES)
        faults += [
            (path, broken["id"], [node["html"][:160] for node in broken["nodes"]][:3])
            for broken in result["violations"]
        ]
        dark = page.evaluate("document.documentElement.classList.contains('dark')")
        assert dark is (theme == "dark"), path
    context.close()
    assert not faults, "\n".join(map(str, faults))
    assert said == []
