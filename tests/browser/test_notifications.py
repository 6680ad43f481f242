"""Hearing of an answer: the mark, the list, the mail, and how to hear less of it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from comments import operations
from comments.models import Notification
from tests.browser.conftest import PATIENCE
from tests.browser.people import sign_in
from tests.browser.test_every_page import session_of
from tests.factories import make_comment, make_user
from tests.site import RunningSite, wait_until

pytestmark = pytest.mark.browser
ARTICLE = "/articles/the-waiting-room-in-your-pocket/"
ASKER, ANSWERER = "anneke@example.org", "sorato@example.org"
SAID = "My grandmother kept a chair by the door for exactly this kind of waiting."
ANSWERED = "Mine kept two, and nobody was allowed to sit on the second."


def mail_about(site: RunningSite, to: str, words: str) -> EmailMessage:
    """The newest mail to an address with these words, as the development mail box keeps it."""
    found: list[EmailMessage] = []

    def arrived() -> bool:
        for path in sorted((site.data_dir / "mail").glob("*.eml"), reverse=True):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if to in mail["To"] and words in mail.get_content():
                found.append(mail)
                return True
        return False

    wait_until(arrived, 30, f"a mail to {to}")
    return found[0]


def choice(page: Page, cadence: str):
    """A cadence of the mails about replies, on the page of choices."""
    return page.locator(f"input[name=replies][value={cadence}]")


@pytest.mark.site
def test_a_reader_hears_of_an_answer_reads_it_and_wants_fewer_mails(running_site, new_page):
    site, asker, answerer = running_site, new_page(), new_page()
    sign_in(asker, site.url, ASKER)
    asker.goto(f"{site.url}/my/notifications/")
    every = asker.get_by_role("button", name="Mark all as read")
    if every.count():
        every.click()
    expect(asker.locator(".unread")).to_have_count(0)
    asker.goto(f"{site.url}{ARTICLE}")
    asker.get_by_label("Your answer").fill(SAID)
    asker.get_by_role("button", name="Post answer").click()
    expect(asker.locator("li.thread", has_text=SAID)).to_have_count(1, timeout=PATIENCE)

    sign_in(answerer, site.url, ANSWERER)
    answerer.goto(f"{site.url}{ARTICLE}")
    answerer.locator("li.thread", has_text=SAID).locator(".answer-it").first.click()
    answerer.get_by_label("Your reply").fill(ANSWERED)
    answerer.get_by_role("button", name="Post reply").click()
    live = answerer.locator("li[id^=c]:not(.own)", has_text=ANSWERED).last
    expect(live).to_be_visible(timeout=PATIENCE)
    mail = mail_about(site, ASKER, ANSWERED)
    assert "answered you" in mail["Subject"]

    # The mark, the list, and read once it was opened.
    asker.goto(site.url)
    mark = asker.locator(".unread")
    expect(mark).to_have_text(re.compile(r"1\s*new notification"))
    mark.click()
    told = asker.locator("li.new")
    expect(told).to_contain_text(ANSWERED)
    told.get_by_role("link").click()
    expect(asker).to_have_url(re.compile(r"/c/\d+/$"))
    expect(asker.locator("#threads")).to_contain_text(ANSWERED)
    expect(asker.locator(".unread")).to_have_count(0)
    asker.goto(f"{site.url}/my/notifications/")
    expect(asker.locator("li", has_text=ANSWERED)).to_have_count(1)
    expect(asker.locator("li.new")).to_have_count(0)

    # Once a day, chosen on the account's page and kept.
    asker.get_by_role("link", name="What we mail you").first.click()
    expect(choice(asker, "now")).to_be_checked()
    choice(asker, "daily").check()
    asker.get_by_role("button", name="Save").click()
    expect(asker.get_by_text("Your choice is saved.")).to_be_visible()
    asker.goto(f"{site.url}/")
    asker.goto(f"{site.url}/account/mail/")
    expect(choice(asker, "daily")).to_be_checked()

    # The mail's own link, wherever it is opened: nobody is signed in there.
    link = mail["List-Unsubscribe"].strip(" <>")
    assert link.startswith(f"{site.url}/") and link in mail.get_content()
    stranger = new_page()
    stranger.goto(link)
    asker.reload()
    expect(choice(asker, "daily")).to_be_checked()
    stranger.get_by_role("button", name="No more of these").click()
    expect(stranger.get_by_text("We send you no more mail about replies.")).to_be_visible()
    asker.reload()
    expect(choice(asker, "never")).to_be_checked()

    # And the one click that a mail programme makes by itself.
    choice(asker, "now").check()
    asker.get_by_role("button", name="Save").click()
    expect(asker.get_by_text("Your choice is saved.")).to_be_visible()
    name, _equals, value = mail["List-Unsubscribe-Post"].partition("=")
    assert stranger.request.post(link, form={name: value}).ok
    asker.reload()
    expect(choice(asker, "never")).to_be_checked()


@pytest.mark.django_db
def test_notifications_are_read_and_mails_chosen_without_a_script(quick_site, new_page):
    reader = make_user()
    own = make_comment(author=reader, body="Who keeps the keys?")
    replies = [make_comment(parent=own, body=f"I do, on day {n}.") for n in (1, 2)]
    phone = new_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(reader)}
    phone.context.add_cookies([{**cookie, "url": quick_site}])
    phone.goto(quick_site)
    expect(phone.locator(".unread")).to_have_text(re.compile(r"2\s*new notifications"))
    phone.locator(".unread").click()
    expect(phone.locator("li.new")).to_have_count(2)
    phone.locator("li.new", has_text="on day 1").get_by_role("link").click()
    assert phone.url.startswith(quick_site + replies[0].get_absolute_url())
    expect(phone.get_by_text("I do, on day 1.")).to_be_visible()
    phone.goto(quick_site + reverse("notifications"))
    expect(phone.locator("li.new")).to_contain_text("on day 2")
    phone.get_by_role("button", name="Mark all as read").click()
    expect(phone.locator("li.new")).to_have_count(0)
    expect(phone.locator(".unread")).to_have_count(0)
    assert not Notification.objects.filter(user=reader, read_at=None).exists()

    operations.withdraw_comment(actor=replies[1].author, comment=replies[1])
    phone.reload()
    expect(phone.get_by_text("on day 2")).to_have_count(0)
    expect(phone.get_by_text("No longer here")).to_be_visible()

    phone.get_by_role("link", name="What we mail you").first.click()
    choice(phone, "daily").check()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Your choice is saved.")).to_be_visible()
    assert User.objects.get(pk=reader.pk).mail_replies == "daily"
