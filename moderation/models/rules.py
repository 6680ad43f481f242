"""The rules of the house, and the lists they use."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Guideline
from moderation.pipeline import SWITCHABLE


def _bounded(default, low, high, help_text, field=models.PositiveIntegerField, **options):
    return field(
        default=default,
        validators=[MinValueValidator(low), MaxValueValidator(high)],
        help_text=help_text,
        **options,
    )


def _threshold():
    """A probability from which on something is done; empty is told beside it in the admin."""
    return models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.01), MaxValueValidator(1.0)]
    )


def _own(high, help_text):
    """A number that one article may have otherwise than the site."""
    return models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(high)], help_text=help_text
    )


def _days(**options):
    return models.PositiveIntegerField(
        validators=[MaxValueValidator(3_650)],
        help_text=_("Days after an article appears; then its discussion closes. 0: never."),
        **options,
    )


def check_names_only(names: list[str]) -> None:
    """Raises ValidationError (unknown_check) for anything but checks that may be switched off."""
    known = isinstance(names, list) and all(name in SWITCHABLE for name in names)
    if not known or len(set(names)) != len(names):
        raise ValidationError(_("One of these checks cannot be switched off."), "unknown_check")


class DisposableMail(models.TextChoices):
    """What becomes of e-mail addresses that are made to be thrown away."""

    TAKE = "take", _("Like any other")
    HOLD = "hold", _("A newcomer's comments wait for an editor")
    REFUSE = "refuse", _("Not accepted")


class Mode(models.TextChoices):
    """What becomes of a comment that no check speaks against."""

    OPEN = "open", _("Open: live once it is checked")
    WAITS = "waits", _("Every comment waits for an editor")
    CLOSED = "closed", _("Closed: no more comments")


def _hours_whole(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(reading_from__isnull=True, reading_until__isnull=True)
        | Q(reading_from__isnull=False, reading_until__isnull=False),
        name=name,
        violation_error_message=_("Reading hours need both a beginning and an end."),
    )


class Policy(models.Model):
    """The rules of the house. A change writes a new row; the newest is in force, and every
    decision names the one it was made under."""

    mode = models.CharField(
        max_length=10, choices=Mode, default=Mode.OPEN, help_text=_("Of every discussion.")
    )
    auto_close_days = _days(default=0)
    reading_from = models.TimeField(
        null=True,
        blank=True,
        help_text=_("From this hour on somebody reads; before it comments wait. Empty: always."),
    )
    reading_until = models.TimeField(
        null=True, blank=True, help_text=_("Until this hour, of the next day if it is earlier.")
    )
    checks_off = models.JSONField(
        default=list,
        blank=True,
        validators=[check_names_only],
        help_text=_("Checks that are switched off. What is not asked holds nothing."),
    )

    max_length = _bounded(5_000, 100, 20_000, _("Characters in a comment."))
    edit_minutes = _bounded(10, 0, 1_440, _("How long a comment may be edited."))
    post_limit = _bounded(6, 1, 100_000, _("Comments a reader may post within the time below."))
    post_seconds = _bounded(60, 1, 86_400, _("Seconds; beyond the limit a post is refused."))
    reactions = models.BooleanField(default=True, help_text=_("Readers may react to comments."))

    disposable_mail = models.CharField(
        max_length=10,
        choices=DisposableMail,
        default=DisposableMail.HOLD,
        db_default=DisposableMail.HOLD,
        help_text=_("Throw-away e-mail addresses, when somebody signs up or changes theirs."),
    )
    proof_always = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Ask every newcomer's browser for a proof of work; without it comments wait."),
    )
    proof_sign_ups = _bounded(
        5,
        0,
        10_000,
        _("Sign-ups from one network, from which on newcomers are asked. 0: off."),
        db_default=5,
    )
    proof_first_posts = _bounded(
        10,
        0,
        10_000,
        _("Newcomers' comments from one network, likewise. 0: off."),
        db_default=10,
    )
    proof_days = _bounded(
        2, 1, 30, _("Days, today included, over which the two are counted."), db_default=2
    )

    newcomer_first_n = _bounded(
        0, 0, 100, _("A newcomer's first comments that wait for an editor. 0: none.")
    )
    links_allowed = _bounded(2, 0, 100, _("Links in one comment; more wait for an editor."))
    links_allowed_newcomer = _bounded(
        1, 0, 100, _("The same, before a reader's first comment was approved.")
    )
    repeat_limit = _bounded(1, 1, 100, _("Earlier comments like this one before it waits."))
    repeat_min_letters = _bounded(
        30, 1, 1_000, _("Letters below which only many exact repeats matter.")
    )
    short_repeat_limit = _bounded(5, 1, 100, _("How many exact repeats of a short comment."))
    near_repeat_similarity = _bounded(
        0.85, 0.5, 1.0, _("How alike two comments must be, from 0.5 to 1."), models.FloatField
    )
    flood_limit = _bounded(5, 0, 100_000, _("Comments within the time below; more wait. 0: off."))
    flood_seconds = _bounded(60, 1, 86_400, _("Seconds."))
    raid_authors = _bounded(
        3, 0, 10, _("Authors of nearly the same text before it waits as a raid. 0: off.")
    )
    raid_similarity = _bounded(
        0.5,
        0.3,
        1.0,
        _("How alike texts of different authors must be, from 0.3 to 1."),
        models.FloatField,
    )
    raid_min_letters = _bounded(
        60, 20, 1_000, _("Letters, quotations left out, below which texts may be alike.")
    )
    raid_link_authors = _bounded(
        5, 0, 100, _("Authors who link to one domain within an hour before it waits. 0: off.")
    )
    shouting_share = _bounded(
        0.7, 0.3, 1.0, _("Share of capitals from which a comment waits."), models.FloatField
    )
    shouting_min_letters = _bounded(30, 5, 1_000, _("Letters below which capitals are no matter."))
    hold_disguised_words = models.BooleanField(
        default=True, help_text=_("Words that are written to get past a filter wait.")
    )
    hold_unmeasured_languages = models.BooleanField(
        default=True,
        help_text=_("Comments in a language the scorer has no figures for wait for an editor."),
    )
    toxicity_hold = _threshold()
    severe_toxicity_hold = _threshold()
    insult_hold = _threshold()
    threat_hold = _threshold()
    identity_attack_hold = _threshold()
    profanity_hold = _threshold()
    sexually_explicit_hold = _threshold()
    spam_hold = _threshold()
    toxicity_reject = _threshold()
    severe_toxicity_reject = _threshold()
    insult_reject = _threshold()
    threat_reject = _threshold()
    identity_attack_reject = _threshold()
    profanity_reject = _threshold()
    sexually_explicit_reject = _threshold()
    spam_reject = _threshold()
    check_budget_ms = _bounded(
        1_000, 1, 10_000, _("Milliseconds; a check that takes longer holds the comment.")
    )

    urgent_threat = _threshold()
    urgent_minutes = _bounded(
        0, 0, 10_080, _("Minutes of waiting after which a comment is urgent. 0: never.")
    )

    rejected_text_days = _bounded(
        180, 1, 3_650, _("Days after which the text of a rejected comment is erased.")
    )
    report_days = _bounded(365, 1, 3_650, _("Days after which a settled report is erased."))
    receipt_days = _bounded(
        365, 30, 3_650, _("Days for which an author can read why something was decided.")
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "policies"
        constraints = [_hours_whole("policy_hours_whole")]

    def __str__(self) -> str:
        return f"Policy {self.pk}"


class ArticlePolicy(models.Model):
    """What is otherwise in one article's discussion. What is empty is as the site has it."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="policy")
    mode = models.CharField(max_length=10, choices=Mode, null=True, blank=True)
    auto_close_days = _days(null=True, blank=True)
    reading_from = models.TimeField(
        null=True,
        blank=True,
        help_text=_("From this hour on somebody reads; before it comments wait."),
    )
    reading_until = models.TimeField(
        null=True, blank=True, help_text=_("The same hour twice: all day.")
    )
    newcomer_first_n = _own(100, _("A newcomer's first comments that wait for an editor."))
    links_allowed = _own(100, _("Links in one comment; more wait for an editor."))
    toxicity_hold = _threshold()
    severe_toxicity_hold = _threshold()
    insult_hold = _threshold()
    threat_hold = _threshold()
    identity_attack_hold = _threshold()
    profanity_hold = _threshold()
    sexually_explicit_hold = _threshold()
    spam_hold = _threshold()

    class Meta:
        verbose_name_plural = "article policies"
        constraints = [_hours_whole("article_policy_hours_whole")]

    def __str__(self) -> str:
        return str(self.article)


class Phrase(models.Model):
    """Words on a list. `*` stands for any letters within a word."""

    class Effect(models.TextChoices):
        REJECT = "reject", _("Not published")
        HOLD = "hold", _("Waits for an editor")

    text = models.CharField(max_length=200)
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.HOLD)
    guideline = models.ForeignKey(
        Guideline,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The one its author is told of. Empty: respect."),
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(fields=["text", "effect"], name="phrase_listed_once"),
            models.CheckConstraint(condition=~Q(text=""), name="phrase_says_something"),
        ]

    def __str__(self) -> str:
        return self.text


class LinkDomain(models.Model):
    """A domain, with its subdomains, whose links are always or never welcome."""

    class Effect(models.TextChoices):
        ALLOW = "allow", _("Never counted")
        BLOCK = "block", _("Not published")

    domain = models.CharField(max_length=253, unique=True)
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.BLOCK)

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain
