"""What readers report about people, above the list of comments and on a person's own page."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts.models import User
from moderation import queue
from moderation.operations.reports import accuracy_of, digest_of
from moderation.queue.context import counts_told


def reported_cards(people: Sequence[queue.Reported], *, reader: User) -> list[dict[str, Any]]:
    """What templates/moderation/_desk_person.html shows of each; one query, none for nobody.

    reports: each with how often its reporter was right, and whether name or bio are other words by
    now than they had read.
    """
    reporters = {report.reporter_id for found in people for report in found.reports}
    known = accuracy_of(list(reporters)) if reporters else {}
    return [
        {
            "person": found.person,
            "record": counts_told(found.record),
            "reports": [
                (
                    report,
                    f"{known[report.reporter_id]:.0%}",
                    report.profile_digest not in ("", digest_of(found.person)),
                )
                for report in found.reports
            ],
            "older": found.open_reports - len(found.reports),
            "newest": found.newest,
            "settle_url": reverse("settle_profile", args=[found.person.pk])
            if reader.pk != found.person.pk or reader.is_admin
            else None,
        }
        for found in people
    ]
