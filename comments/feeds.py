"""A discussion as an Atom feed."""

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from articles import shown
from articles.models import Article
from comments.models import Comment

ENTRIES = 50


class DiscussionFeed(Feed):
    """The newest live comments on one article."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Article:
        live = Article.objects.live().select_related("call_to_action")
        article = get_object_or_404(live, slug=slug)
        shown.says(request, discussions=[article.call_to_action.pk])
        return article

    def title(self, article: Article) -> str:
        return _("Discussion: %(title)s") % {"title": article.title}

    def subtitle(self, article: Article) -> str:
        return article.call_to_action.question

    def link(self, article: Article) -> str:
        return article.get_absolute_url()

    def items(self, article: Article) -> QuerySet[Comment]:
        return (
            Comment.objects.in_discussion(article.call_to_action)
            .live()
            .select_related("author", "live_revision")
            .order_by("-live_at", "-pk")[:ENTRIES]
        )

    def item_title(self, comment: Comment) -> str:
        return _("%(name)s on %(when)s") % {
            "name": comment.author.display_name,
            "when": comment.live_at.date().isoformat(),
        }

    def item_description(self, comment: Comment) -> str:
        return comment.live_revision.html

    def item_author_name(self, comment: Comment) -> str:
        return comment.author.display_name

    def item_pubdate(self, comment: Comment):
        return comment.live_at

    def item_updateddate(self, comment: Comment):
        return (
            comment.edited_at
            if comment.latest_id == comment.live_revision_id and comment.edited_at
            else comment.live_at
        )
