"""Articles as Atom feeds, and the map of the site for search engines."""

from datetime import datetime

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from articles import shown
from articles.json_ld import absolute
from articles.models import Article, HousePage, Section

ENTRIES = 30


class ArticleFeed(Feed):
    """The newest articles of the house."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        shown.says(request, until=shown.next_publication(request))
        return super().__call__(request, *args, **kwargs)

    def title(self, section: Section | None) -> str:
        return settings.SITE_NAME

    def subtitle(self, section: Section | None) -> str:
        return _("New articles, each with its question to readers")

    def link(self, section: Section | None) -> str:
        return f"{settings.SITE_URL}/"

    def feed_url(self, section: Section | None) -> str:
        return absolute(reverse("article_feed"))

    def items(self, section: Section | None) -> QuerySet[Article]:
        newest = Article.objects.listed().for_listing().order_by("-published_at", "-pk")
        return newest.with_bylines()[:ENTRIES]

    def item_title(self, article: Article) -> str:
        return article.title

    def item_description(self, article: Article) -> str:
        # The serialiser calls every summary HTML, so plain words must be made HTML first.
        return escape(article.standfirst)

    def item_link(self, article: Article) -> str:
        return absolute(article.get_absolute_url())

    def item_author_name(self, article: Article) -> str:
        names = [byline.author.display_name for byline in article.bylines.all()]
        return ", ".join(names) or settings.SITE_NAME

    def item_categories(self, article: Article) -> list[str]:
        return [article.section.name, *(name for _slug, name in article.tag_list)]

    def item_pubdate(self, article: Article) -> datetime:
        return article.published_at

    def item_updateddate(self, article: Article) -> datetime:
        return max(article.updated_at, article.published_at)


class SectionFeed(ArticleFeed):
    """The newest articles of one section."""

    def get_object(self, request: HttpRequest, slug: str) -> Section:
        return get_object_or_404(Section, slug=slug)

    def title(self, section: Section) -> str:
        return f"{settings.SITE_NAME}: {section.name}"

    def subtitle(self, section: Section) -> str:
        return section.description

    def link(self, section: Section) -> str:
        return absolute(section.get_absolute_url())

    def feed_url(self, section: Section) -> str:
        return absolute(reverse("section_feed", args=[section.slug]))

    def items(self, section: Section) -> QuerySet[Article]:
        newest = Article.objects.listed().filter(section=section).for_listing()
        newest = newest.order_by("-published_at", "-pk").with_bylines()
        return newest[:ENTRIES]


class _OfThisHouse(Sitemap):
    """Addresses of the public site, whatever host a request named."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.split("://")[0]

    def get_domain(self, site: object = None) -> str:
        return settings.SITE_URL.split("://")[1]


class ArticleSitemap(_OfThisHouse):
    """The newest articles: one file of the protocol's 50,000 addresses has room for these."""

    limit = 45_000

    def items(self) -> QuerySet[Article]:
        # What first appeared elsewhere is indexed there.
        own = Article.objects.live().filter(canonical_url="").order_by("-published_at", "-pk")
        return own.only("slug", "updated_at", "published_at")

    def lastmod(self, article: Article) -> datetime:
        return max(article.updated_at, article.published_at)


class SectionSitemap(_OfThisHouse):
    def items(self) -> QuerySet[Section]:
        return Section.objects.all()


class HouseSitemap(_OfThisHouse):
    def items(self) -> list[str | HousePage]:
        return ["/", *HousePage.objects.only("slug", "updated_at")]

    def location(self, item: str | HousePage) -> str:
        return item if isinstance(item, str) else item.get_absolute_url()


SITEMAPS = {"articles": ArticleSitemap, "sections": SectionSitemap, "house": HouseSitemap}
