"""What may be shown: policy, the lists it uses, and the record of what was decided."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Guideline
from comments.models import Comment, CommentRevision


def _bounded(default, low, high, help_text, field=models.PositiveIntegerField):
    return field(
        default=default,
        validators=[MinValueValidator(low), MaxValueValidator(high)],
        help_text=help_text,
    )


class Policy(models.Model):
    """The rules of the house. A change writes a new row; the newest is in force, and every
    decision names the one it was made under."""

    max_length = _bounded(5_000, 100, 20_000, _("Characters in a comment."))
    edit_minutes = _bounded(10, 0, 1_440, _("How long a comment may be edited."))
    post_limit = _bounded(6, 1, 100_000, _("Comments a reader may post within the time below."))
    post_seconds = _bounded(60, 1, 86_400, _("Seconds; beyond the limit a post is refused."))
    reactions = models.BooleanField(default=True, help_text=_("Readers may react to comments."))

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
    shouting_share = _bounded(
        0.7, 0.3, 1.0, _("Share of capitals from which a comment waits."), models.FloatField
    )
    shouting_min_letters = _bounded(30, 5, 1_000, _("Letters below which capitals are no matter."))
    check_budget_ms = _bounded(
        1_000, 1, 10_000, _("Milliseconds; a check that takes longer holds the comment.")
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

    def __str__(self) -> str:
        return f"Policy {self.pk}"


class ArticlePolicy(models.Model):
    """What is stricter in one article's discussion."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="policy")
    premoderated = models.BooleanField(
        default=False, help_text=_("Every comment waits for an editor.")
    )

    class Meta:
        verbose_name_plural = "article policies"

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


class DecisionRecord(models.Model):
    """One judgement of one revision: what, by whom or what, and why. A trigger in the database
    refuses to change it; it holds places in the text, never the text."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("Approved")
        HOLD = "hold", _("Held")
        REJECT = "reject", _("Rejected")

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(
        CommentRevision, on_delete=models.PROTECT, related_name="decisions"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text=_("Empty: the machine."),
    )
    outcome = models.CharField(max_length=10, choices=Outcome)
    status_before = models.CharField(max_length=10)
    live_before = models.ForeignKey(
        CommentRevision,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("What readers saw until then."),
    )
    reason = models.CharField(max_length=40, blank=True)
    findings = models.JSONField(default=list)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT, related_name="+")
    software = models.CharField(max_length=20)
    waited_seconds = models.PositiveIntegerField(
        null=True, help_text=_("How long it had been held when a person ruled.")
    )
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["comment", "-id"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.outcome} #{self.comment_id}"

    @property
    def by_machine(self) -> bool:
        return self.actor_id is None


class Report(models.Model):
    """A reader's word that a comment, or a person's name or bio, breaks a guideline."""

    class Reason(models.TextChoices):
        ABUSE = "abuse", _("It attacks people")
        SPAM = "spam", _("It is spam or advertising")
        OFF_TOPIC = "off_topic", _("It is off topic")
        PRIVATE = "private", _("It gives away private information")
        NAME = "name", _("Their name or profile is the problem")
        DISAGREE = "disagree", _("I disagree with it")

    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="reports"
    )
    profile = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reports_about",
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports_made"
    )
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=False, profile__isnull=True)
                | Q(comment__isnull=True, profile__isnull=False),
                name="report_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["comment", "reporter"],
                condition=Q(comment__isnull=False),
                name="report_comment_once",
            ),
            models.UniqueConstraint(
                fields=["profile", "reporter"],
                condition=Q(profile__isnull=False),
                name="report_profile_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-created_at"], name="report_open", condition=Q(settled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
