"""What readers report about names and bios: by person, how it ends, and when it opens again."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Sanction, User
from accounts.operations import change_profile
from moderation import operations, queue
from moderation.models import Report
from moderation.operations.reports import accuracy_of
from moderation.queue import people
from record.models import Entry
from tests.factories import make_user

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def editor():
    return make_user(role="editor")


@pytest.fixture
def at_desk(client, editor):
    client.force_login(editor, BACKEND)
    return client


def report(person: User, reason: str = "name", reporter: User | None = None) -> Report:
    return operations.report(reporter=reporter or make_user(), profile=person, reason=reason)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def leave(editor: User, person: User, until: Report | None = None) -> int:
    return operations.settle_reports(
        actor=editor, profile=person, until=until.pk if until else None
    )


def say(person: User, bio: str) -> None:
    change_profile(
        actor=person, user=person, display_name=person.display_name, bio=bio, time_zone=""
    )


def names(client, address: str = "") -> list[int]:
    """Whose cards are on the tab of reports, in order."""
    html = client.get(address or reverse("desk_reported")).content.decode()
    return [int(found) for found in re.findall(r'aria-labelledby="person-(\d+)"', html)]


# --- how it ends -------------------------------------------------------------------------------


def test_a_sanction_that_answers_reports_counts_for_those_who_made_them(editor):
    person, reader = make_user(), make_user()
    made, late = report(person, reporter=reader), report(person)
    given = operations.sanction(
        actor=editor, user=person, kind=Sanction.Kind.BAN, reports_until=made.pk
    )
    assert fresh(made).upheld is True and fresh(made).settled_by == editor
    assert fresh(late).settled_at is None
    assert accuracy_of([reader.pk])[reader.pk] == 0.75
    entry = Entry.objects.get(verb="settle_reports")
    assert entry.detail == {"settled": 1, "sanction": given.pk}


def test_a_sanction_for_something_else_leaves_them_open(editor):
    made = report(make_user())
    operations.sanction(actor=editor, user=made.profile, kind=Sanction.Kind.APPROVAL)
    assert fresh(made).settled_at is None


def test_what_is_left_as_it_is_counts_against_them(editor):
    made = report(make_user())
    assert leave(editor, made.profile) == 1
    assert fresh(made).upheld is False
    assert accuracy_of([made.reporter_id])[made.reporter_id] == 0.25


def test_of_words_that_are_gone_and_of_who_is_banned_nobody_says_who_was_right(editor):
    person = make_user(bio="Nobody reads my books.")
    first = report(person)
    say(person, "I write books.")
    second = report(person)
    leave(editor, person)
    assert (fresh(first).upheld, fresh(second).upheld) == (None, False)
    banned = report(make_user())
    operations.sanction(actor=editor, user=banned.profile, kind=Sanction.Kind.BAN)
    leave(editor, banned.profile)
    assert fresh(banned).settled_at and fresh(banned).upheld is None


def test_of_a_report_from_before_its_words_were_kept_the_words_of_now_are_meant(editor):
    made = report(make_user())
    Report.objects.update(profile_digest="")
    leave(editor, made.profile)
    assert fresh(made).upheld is False
    assert report(made.profile).settled_at is None


# --- when it opens again -----------------------------------------------------------------------


def test_a_ground_that_was_dismissed_opens_the_same_words_for_nobody(editor, client):
    first = report(make_user())
    leave(editor, first.profile)
    assert report(first.profile, reporter=first.reporter) == fresh(first)
    again = report(first.profile)
    assert again.pk != first.pk and again.settled_at and again.upheld is False
    client.force_login(make_user(), BACKEND)
    sent = client.post(reverse("report_profile", args=[first.profile_id]), {"reason": "name"})
    html = sent.content.decode()
    assert "Our editors have looked at this already" in html and "Give another reason" in html


@pytest.mark.parametrize("changed", ["reason", "bio", "name"])
def test_another_ground_or_other_words_open_it_for_the_same_reader(editor, changed):
    person = make_user(bio="I write books.")
    first = report(person)
    leave(editor, person)
    if changed == "bio":
        say(person, "I burn books.")
    elif changed == "name":
        change_profile(
            actor=person, user=person, display_name="Somebody Else", bio=person.bio, time_zone=""
        )
    reason = "abuse" if changed == "reason" else "name"
    second = report(fresh(person), reason, first.reporter)
    assert second.pk != first.pk and second.settled_at is None
    assert report(fresh(person), "spam", first.reporter) == second


def test_the_database_keeps_one_open_report_of_a_reader_about_a_person():
    made = report(make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(profile=made.profile, reporter=made.reporter, reason="spam")


# --- at the desk -------------------------------------------------------------------------------


def test_many_reports_on_one_person_hide_nobody_else(at_desk, editor, monkeypatch):
    stormed, other, last = make_user(), make_user(), make_user()
    for _number in range(people.REPORTS + 2):
        report(stormed)
    report(other)
    report(last)
    report(other)
    assert names(at_desk) == [stormed.pk, other.pk, last.pk]
    html = at_desk.get(reverse("desk_reported")).content.decode()
    assert "And 2 older ones." in html and "More people" not in html
    html = at_desk.get(reverse("desk_person", args=[stormed.pk])).content.decode()
    assert html.count("right in 50%") == people.REPORTS + 2 and "older one" not in html
    monkeypatch.setattr(people, "PEOPLE", 2)
    html = at_desk.get(reverse("desk_reported")).content.decode()
    more = re.search(r'href="([^"]+people=\d+)"', html)[1]
    assert names(at_desk, more) == [last.pk]
    # Whoever settles the first page meanwhile skips nobody.
    leave(editor, stormed)
    leave(editor, other)
    assert names(at_desk, more) == [last.pk] == names(at_desk)


def test_the_list_of_people_costs_the_same_for_one_and_for_many(editor, django_assert_num_queries):
    report(make_user())
    queue.reported_people(reader=editor)
    with django_assert_num_queries(4):
        queue.reported_people(reader=editor)
    for _number in range(people.PEOPLE + 1):
        report(make_user())
    with django_assert_num_queries(4):
        found, following = queue.reported_people(reader=editor)
    assert len(found) == people.PEOPLE and following


def test_a_card_leads_to_the_person_and_what_is_imposed_there_settles_it(at_desk):
    # Nobody here has ever written a comment.
    made = report(make_user(display_name="Bad Apple", bio="Down with everybody."), "abuse")
    person = made.profile
    address = reverse("desk_person", args=[person.pk])
    assert f'href="{address}"' in at_desk.get(reverse("desk_reported")).content.decode()
    html = at_desk.get(address).content.decode()
    box = f'type="checkbox" name="until" value="{made.pk}"'
    assert "It attacks people" in html and f"{box} checked" in html
    beside = at_desk.get(f"{address}?comment=1").content.decode()
    assert box in beside and f"{box} checked" not in beside
    late = report(person)
    form = {"what": "warn", "note": "Not on this site.", "until": made.pk, "rename": "1"}
    assert at_desk.post(reverse("give_sanction", args=[person.pk]), form).status_code == 302
    assert fresh(made).upheld is True and fresh(late).settled_at is None
    person = fresh(person)
    assert re.fullmatch(r"Reader \d{4}", person.display_name) and person.bio == ""
    html = at_desk.get(reverse("desk_reported")).content.decode()
    assert names(at_desk) == [person.pk] and "of an earlier name or text" in html


def test_what_is_refused_keeps_what_was_ticked(at_desk):
    made = report(make_user())
    form = {"what": "warn", "note": "", "rename": "1"}
    sent = at_desk.post(reverse("give_sanction", args=[made.profile_id]), form)
    html = sent.content.decode()
    assert sent.status_code == 422 and 'name="rename" value="1" checked' in html
    assert f'name="until" value="{made.pk}" checked' not in html
    assert fresh(made.profile).display_name == made.profile.display_name


def test_leaving_it_settles_what_was_shown(at_desk):
    made = report(make_user())
    late = report(made.profile)
    path = reverse("settle_profile", args=[made.profile_id])
    sent = at_desk.post(path, {"until": made.pk, "next": "https://elsewhere.example/"})
    assert sent["Location"] == reverse("desk_reported")
    assert fresh(made).upheld is False and fresh(late).settled_at is None


def test_what_is_said_of_an_editor_is_for_another_one(at_desk, editor):
    report(editor)
    html = at_desk.get(reverse("desk_reported")).content.decode()
    assert "for another editor" in html and "/settle/" not in html
    assert at_desk.post(reverse("settle_profile", args=[editor.pk])).status_code == 403
