"""Where editors write and publish. Every change is one of the operations."""

import difflib
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display

from accounts.admin import GovernedAdmin, refusal_words
from accounts.errors import Forbidden
from articles import house, lead_images, operations
from articles.admin_forms import ZONE_HELP, ArticleForm, PublishingForm
from articles.json_ld import absolute
from articles.models import (
    Article,
    ArticleRevision,
    Byline,
    Guideline,
    HousePage,
    LeadImage,
    Section,
    Tag,
)
from record.admin import ReadOnlyAdmin

REVISIONS_SHOWN = 50
STATUS_COLOURS = {
    Article.Status.DRAFT: "",
    Article.Status.SCHEDULED: "info",
    Article.Status.PUBLISHED: "success",
    Article.Status.ARCHIVED: "warning",
}


class BylineInline(TabularInline):
    model = Byline
    verbose_name = _("author")
    verbose_name_plural = _("authors, in order")
    fields = ("author", "position")
    autocomplete_fields = ("author",)
    ordering_field = "position"
    hide_ordering_field = True
    extra = 0
    max_num = 12

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_editor

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Article)
class ArticleAdmin(GovernedAdmin):
    role = "is_editor"
    form = ArticleForm
    inlines = (BylineInline,)
    autocomplete_fields = ("tags",)
    list_display = ("title", "shown_status", "section", "published_at", "authors", "comments")
    list_filter = ("status", "section", "published_at")
    search_fields = ("title", "standfirst", "slug")
    search_help_text = _("Title, standfirst or address.")
    list_select_related = ("section", "call_to_action")
    ordering = ("-pk",)
    actions = ("publish_now", "archive", "back_to_draft")
    actions_detail = ("publishing", "preview", "revisions")
    warn_unsaved_form = True
    readonly_fields = ("shown_picture",)
    fieldsets = (
        (None, {"fields": ("title", "slug", "standfirst", "body")}),
        (_("Place"), {"fields": ("section", "tags", "canonical_url")}),
        (
            _("Call to action"),
            {"fields": ("question", "kind", "options", "closes_at", "is_open")},
        ),
        (
            _("Lead image"),
            {"fields": ("shown_picture", "picture", "alt", "credit", "remove_picture")},
        ),
    )

    # --- the list ---------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Article]:
        return super().get_queryset(request).with_bylines()

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def shown_status(self, article: Article) -> tuple[str, str]:
        # The hour decides, whether the task that marks it has run or not.
        status = article.status
        if status == Article.Status.SCHEDULED and article.is_live():
            status = Article.Status.PUBLISHED
        return status, Article.Status(status).label

    @display(description=_("authors"))
    def authors(self, article: Article) -> str:
        return ", ".join(byline.author.display_name for byline in article.bylines.all())

    @display(description=_("comments"), ordering="call_to_action__live_count")
    def comments(self, article: Article) -> int | str:
        asked = getattr(article, "call_to_action", None)
        return asked.live_count if asked else _("no question")

    @admin.action(description=_("Publish now"))
    def publish_now(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._to_each(request, queryset, operations.publish)

    @admin.action(description=_("Archive"))
    def archive(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._to_each(request, queryset, operations.archive)

    @admin.action(description=_("Take back to draft"))
    def back_to_draft(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._to_each(request, queryset, operations.unpublish)

    def _to_each(self, request: HttpRequest, queryset: models.QuerySet, operation: Any) -> None:
        done = 0
        for article in queryset:
            try:
                operation(actor=request.user, article=article)
                done += 1
            except (ValidationError, Forbidden) as refusal:
                for said in refusal_words(refusal):
                    messages.error(request, f"{article}: {said}")
        if done:
            messages.success(request, _("Done: %(count)d.") % {"count": done})

    # --- the form ---------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        draft = obj is None or obj.status == Article.Status.DRAFT
        return draft and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # A list mixes drafts with articles that stay; one is deleted on its own page.
        return {
            name: found
            for name, found in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        operations.delete_draft(actor=request.user, article=obj)

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        """Nothing yet: tags and authors belong to the same operation, see save_related."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        article, actor, wanted = form.instance, request.user, form.cleaned_data
        for formset in formsets:
            formset.save(commit=False)  # the admin's history asks what changed; nothing is written
        operations.save_article(
            actor=actor, article=article, tags=wanted["tags"], authors=_authors(formsets)
        )
        if wanted["question"] and (form.question_changed or form.asked is None):
            operations.set_call_to_action(
                actor=actor,
                article=article,
                **{name: wanted[name] for name in ("question", "kind", "options", "closes_at")},
            )
        if wanted["question"] and "is_open" in form.changed_data:
            operation = (
                operations.open_discussion if wanted["is_open"] else operations.close_discussion
            )
            operation(actor=actor, call_to_action=article.call_to_action)
        if wanted["remove_picture"] and not wanted["picture"]:
            lead_images.remove_lead_image(actor=actor, article=article)
        elif form.picture_changed and (wanted["picture"] or article.lead_image):
            lead_images.set_lead_image(
                actor=actor,
                article=article,
                **{name: wanted[name] for name in ("picture", "alt", "credit")},
            )

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: str | None = None
    ) -> HttpResponse:
        usual = super().response_add(request, obj, post_url_continue)
        if {"_continue", "_addanother", "_popup"} & request.POST.keys():
            return usual
        return HttpResponseRedirect(_address(obj, "publishing"))

    @display(description=_("picture now"))
    def shown_picture(self, article: Article) -> str:
        if not article.lead_image:
            return "–"
        return format_html('<img src="{}" alt="" width="240">', article.lead_image.file.url)

    def view_on_site(self, obj: Article) -> str | None:
        # A refused form shows the row with what was typed, which may be no address at all.
        return obj.get_absolute_url() if obj.is_live() and obj.slug else None

    # --- publishing, preview, revisions ----------------------------------------------------

    @action(description=_("Publishing"), icon="event", permissions=["change"])
    def publishing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Publish now or later, archive, take back, and the link to share."""
        article = self._article(request, object_id)
        form = PublishingForm()
        if request.method == "POST":
            form = PublishingForm(request.POST if "schedule" in request.POST else None)
            if not form.is_bound or form.is_valid():
                self._publish_as_asked(request, article, form)
                return HttpResponseRedirect(_address(article, "publishing"))
        context = {
            **self._context(request, article, _("Publishing")),
            "form": form,
            "zone": settings.PUBLISHER_TIME_ZONE,
            "zone_help": ZONE_HELP,
            "is_live": article.is_live(),
            "asked": getattr(article, "call_to_action", None),
            "draft_url": absolute(reverse("draft", args=[article.share_token])),
        }
        return render(request, "articles/admin/publishing.html", context)

    def _publish_as_asked(
        self, request: HttpRequest, article: Article, form: PublishingForm
    ) -> None:
        actor = request.user
        try:
            if "schedule" in request.POST:
                operations.publish(actor=actor, article=article, at=form.cleaned_data["at"])
                messages.success(request, _("It is scheduled."))
            elif "publish" in request.POST:
                operations.publish(actor=actor, article=article)
                messages.success(request, _("It is published."))
            elif "archive" in request.POST:
                operations.archive(actor=actor, article=article)
                messages.success(request, _("It is archived; its own page stays."))
            elif "unpublish" in request.POST:
                operations.unpublish(actor=actor, article=article)
                messages.success(request, _("It is a draft again."))
            elif "renew" in request.POST:
                operations.renew_share_link(actor=actor, article=article)
                messages.success(request, _("The old link leads nowhere now."))
        except (ValidationError, Forbidden) as refusal:
            for said in refusal_words(refusal):
                messages.error(request, said)

    @action(description=_("Preview"), icon="visibility", permissions=["change"])
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        article = self._article(request, object_id)
        return HttpResponseRedirect(reverse("draft", args=[article.share_token]))

    @action(description=_("Revisions"), icon="history", permissions=["change"])
    def revisions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the article said before, each time with what changed."""
        article = self._article(request, object_id)
        kept = list(article.revisions.select_related("editor")[: REVISIONS_SHOWN + 1])
        shown = [
            {"revision": newer, "changes": _changes(older, newer)}
            for newer, older in pairwise([*kept, None])
        ][:REVISIONS_SHOWN]
        context = {**self._context(request, article, _("Revisions")), "revisions": shown}
        return render(request, "articles/admin/revisions.html", context)

    def _article(self, request: HttpRequest, object_id: str) -> Article:
        article = self.get_object(request, object_id)
        if article is None:
            raise Http404
        return article

    def _context(self, request: HttpRequest, article: Article, title: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": f"{title}: {article.title}",
            "article": article,
            "opts": self.opts,
            "back_url": reverse("admin:articles_article_change", args=[article.pk]),
        }


def _address(article: Article, page: str) -> str:
    return reverse(f"admin:articles_article_{page}", args=[article.pk])


def _authors(formsets: Any) -> list[Any]:
    rows = [
        form.cleaned_data
        for formset in formsets
        if formset.model is Byline
        for form in formset.forms
        if form.cleaned_data.get("author") and not form.cleaned_data.get("DELETE")
    ]
    return [row["author"] for row in sorted(rows, key=lambda row: row["position"] or 0)]


def _changes(older: ArticleRevision | None, newer: ArticleRevision) -> list[dict[str, str]]:
    """Lines of a diff as {"kind": add, cut, place or same, "text"}."""
    before = _lines(older) if older else []
    found = difflib.unified_diff(before, _lines(newer), n=1, lineterm="")
    kinds = {"+": "add", "-": "cut", "@": "place"}
    return [
        {"kind": kinds.get(line[0], "same"), "text": line if line[0] == "@" else line[1:]}
        for line in list(found)[2:]  # after the two lines that name the files
    ]


def _lines(revision: ArticleRevision) -> list[str]:
    return [revision.title, revision.standfirst, *revision.body.split("\n")]


@admin.register(Section)
class SectionAdmin(GovernedAdmin):
    role = "is_editor"
    list_display = ("name", "slug", "position", "description")
    prepopulated_fields = {"slug": ("name",)}
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: bool) -> None:
        house.save_section(actor=request.user, section=obj)

    def delete_model(self, request: HttpRequest, obj: Section) -> None:
        house.delete_section(actor=request.user, section=obj)


@admin.register(Tag)
class TagAdmin(GovernedAdmin):
    role = "is_editor"
    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        house.save_tag(actor=request.user, tag=obj)

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        house.delete_tag(actor=request.user, tag=obj)


@admin.register(LeadImage)
class LeadImageAdmin(ReadOnlyAdmin):
    """The pictures there are; each is given and taken on its article's page."""

    list_display = ("shown", "alt", "credit", "articles")
    list_display_links = ("alt",)
    search_fields = ("alt", "credit")
    fields = ("shown", "alt", "credit", "width", "height")
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_editor

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[LeadImage]:
        return super().get_queryset(request).prefetch_related("article_set")

    @display(description=_("picture"))
    def shown(self, image: LeadImage) -> str:
        return format_html('<img src="{}" alt="" width="160">', image.file.url)

    @display(description=_("articles"))
    def articles(self, image: LeadImage) -> str:
        return ", ".join(article.title for article in image.article_set.all())


@admin.register(HousePage)
class HousePageAdmin(GovernedAdmin):
    list_display = ("title", "slug", "position", "updated_at")
    prepopulated_fields = {"slug": ("title",)}
    search_fields = ("title", "body")

    def save_model(self, request: HttpRequest, obj: HousePage, form: Any, change: bool) -> None:
        house.save_house_page(actor=request.user, page=obj)

    def delete_model(self, request: HttpRequest, obj: HousePage) -> None:
        house.delete_house_page(actor=request.user, page=obj)


@admin.register(Guideline)
class GuidelineAdmin(GovernedAdmin):
    list_display = ("title", "code", "position", "text")
    search_fields = ("title", "text")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Guideline | None = None
    ) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Guideline | None = None) -> bool:
        return False  # decisions that were made cite it

    def save_model(self, request: HttpRequest, obj: Guideline, form: Any, change: bool) -> None:
        house.save_guideline(actor=request.user, guideline=obj)
