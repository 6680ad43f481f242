"""Where: what the publisher says, and the question each article ends in."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.querysets import ArticleQuerySet


class Section(models.Model):
    name = models.CharField(max_length=60)
    slug = models.SlugField(unique=True)
    description = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("section", args=[self.slug])


class Tag(models.Model):
    name = models.CharField(max_length=40)
    slug = models.SlugField(unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])


class LeadImage(models.Model):
    """A picture, re-encoded when it was uploaded; `articles.images` makes its sizes."""

    file = models.ImageField(upload_to="lead/", width_field="width", height_field="height")
    alt = models.CharField(
        _("alternative text"), max_length=300, help_text="What the picture shows, for the unseeing."
    )
    credit = models.CharField(max_length=120, blank=True)
    width = models.PositiveIntegerField(editable=False, null=True)
    height = models.PositiveIntegerField(editable=False, null=True)
    sizes = models.JSONField(
        default=dict, editable=False, help_text="Width in pixels to the name of the file."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(alt=""), name="lead_image_has_alternative_text")
        ]

    def __str__(self) -> str:
        return self.alt[:60]

    @property
    def srcset(self) -> str:
        storage = self.file.storage
        return ", ".join(
            f"{storage.url(name)} {width}w"
            for width, name in sorted(self.sizes.items(), key=lambda item: int(item[0]))
        )


class Article(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    title = models.CharField(max_length=160)
    slug = models.SlugField(max_length=120, unique=True)
    standfirst = models.CharField(max_length=400, blank=True)
    body = models.TextField(help_text="Markdown.")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="articles")
    tags = models.ManyToManyField(Tag, blank=True, related_name="articles")
    lead_image = models.ForeignKey(LeadImage, null=True, blank=True, on_delete=models.SET_NULL)
    canonical_url = models.URLField(
        blank=True, help_text="Where the text first appeared, if not here."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When readers see it, in UTC."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    share_token = models.CharField(max_length=43, default=secrets.token_urlsafe, editable=False)

    # Prepared for reading by articles.operations, like a comment's fragment.
    body_html = models.TextField(editable=False, default="")
    tag_list = models.JSONField(editable=False, default=list, help_text="[[slug, name], ...]")

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["status", "-published_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="article_public_has_time",
            )
        ]
        permissions = [("publish_article", "Can publish and archive articles")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    def is_live(self, now: datetime | None = None) -> bool:
        """May the public read it now?"""
        return (
            self.status in (self.Status.PUBLISHED, self.Status.SCHEDULED, self.Status.ARCHIVED)
            and self.published_at is not None
            and self.published_at <= (now or timezone.now())
        )


class Byline(models.Model):
    """One author of an article, in order."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bylines"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "author"], name="byline_once_per_author")
        ]

    def __str__(self) -> str:
        return str(self.author)


class FormerSlug(models.Model):
    """An address an article had before; it redirects."""

    slug = models.SlugField(max_length=120, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug


class ArticleRevision(models.Model):
    """What an article said, each time it was saved with other words."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    title = models.CharField(max_length=160)
    standfirst = models.CharField(max_length=400, blank=True)
    body = models.TextField()
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.created_at:%Y-%m-%d %H:%M})"


class CallToAction(models.Model):
    """The question an article puts to its readers, and whether it may still be answered."""

    class Kind(models.TextChoices):
        OPEN_QUESTION = "open_question", _("Open question")
        EXPERIENCE = "experience", _("Experience")
        CHOICE = "choice", _("Choice")
        CORRECTION = "correction", _("Correction")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="call_to_action")
    question = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OPEN_QUESTION)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closes_at = models.DateTimeField(null=True, blank=True, help_text="Empty: stays open.")

    # Moved by comments.operations alone, with what is public.
    live_count = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    picks = models.JSONField(
        default=list,
        editable=False,
        help_text="Numbers of the comments shown on top, newest pick first.",
    )

    class Meta:
        verbose_name_plural = "calls to action"
        constraints = [
            models.CheckConstraint(condition=~Q(question=""), name="call_to_action_asks")
        ]

    def __str__(self) -> str:
        return self.question

    def is_open(self, now: datetime | None = None) -> bool:
        due = self.closes_at is not None and self.closes_at <= (now or timezone.now())
        return self.state == self.State.OPEN and not due


class ChoiceOption(models.Model):
    """One answer that a choice offers, with its live count."""

    call_to_action = models.ForeignKey(
        CallToAction, on_delete=models.CASCADE, related_name="options"
    )
    text = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    live_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call_to_action", "text"], name="choice_option_said_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class HousePage(models.Model):
    """Guidelines, privacy, terms, imprint, about: linked in the footer."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=80)
    body = models.TextField(help_text="Markdown.")
    body_html = models.TextField(editable=False, default="")
    position = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("house_page", args=[self.slug])


class Guideline(models.Model):
    """One rule readers are asked to keep, named by the code that decisions cite."""

    code = models.SlugField(unique=True)
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title
