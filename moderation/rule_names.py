"""What an admin reads beside each rule of a policy."""

from functools import partial
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from moderation.reasons import label_told
from moderation.scorer import LABELS


def _held(label: str) -> str:
    return gettext("Hold: %(label)s") % {"label": label_told(label)}


def _rejected(label: str) -> str:
    return gettext("Reject: %(label)s") % {"label": label_told(label)}


NAMES: dict[str, Any] = {
    "mode": _("New comments"),
    "auto_close_days": _("Days until a discussion closes"),
    "reading_from": _("Somebody reads from"),
    "reading_until": _("Somebody reads until"),
    "checks_off": _("Checks that are switched off"),
    "max_length": _("Longest comment"),
    "edit_minutes": _("Minutes to edit"),
    "post_limit": _("Most comments of a reader"),
    "post_seconds": _("Within so many seconds"),
    "reactions": _("Reactions"),
    "disposable_mail": _("Throw-away addresses"),
    "proof_always": _("Proof of work from everybody new"),
    "proof_days": _("Days that are counted"),
    "proof_sign_ups": _("Sign-ups before it is asked"),
    "proof_first_posts": _("First posts before it is asked"),
    "newcomer_first_n": _("First comments that wait"),
    "links_allowed": _("Links"),
    "links_allowed_newcomer": _("Links of a newcomer"),
    "repeat_limit": _("Repeats of oneself"),
    "repeat_min_letters": _("Letters of a long comment"),
    "short_repeat_limit": _("Repeats of a short comment"),
    "near_repeat_similarity": _("Likeness of a repeat"),
    "flood_limit": _("Comments in a flood"),
    "flood_seconds": _("Seconds of a flood"),
    "raid_authors": _("Authors in a raid"),
    "raid_similarity": _("Likeness in a raid"),
    "raid_min_letters": _("Letters that may be alike"),
    "raid_link_authors": _("Authors of one link"),
    "shouting_share": _("Share of capitals"),
    "shouting_min_letters": _("Letters before capitals matter"),
    "hold_disguised_words": _("Hold disguised words"),
    "hold_unmeasured_languages": _("Hold languages without figures"),
    "check_budget_ms": _("Longest check"),
    "urgent_threat": _("A threat is urgent from"),
    "urgent_minutes": _("Minutes until waiting is urgent"),
    "rejected_text_days": _("Days of a rejected text"),
    "report_days": _("Days of a settled report"),
    "receipt_days": _("Days of a statement of reasons"),
    **{f"{label}_hold": lazy(partial(_held, label), str)() for label in LABELS},
    **{f"{label}_reject": lazy(partial(_rejected, label), str)() for label in LABELS},
}
