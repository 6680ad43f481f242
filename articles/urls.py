"""Addresses of the front page and what surrounds the articles; their own is in comments.urls."""

from django.contrib.sitemaps import views as sitemaps
from django.urls import path, re_path
from django.views.decorators.http import require_safe

from articles import feeds, views

urlpatterns = [
    path("", views.front, name="front"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("tags/<slug:slug>/", views.tag, name="tag"),
    path("pages/<slug:slug>/", views.house_page, name="house_page"),
    re_path(r"^drafts/(?P<token>[A-Za-z0-9_-]{43})/$", views.draft, name="draft"),
    re_path(
        r"^media/lead/(?P<name>[0-9a-f]{32}\.(?:webp|jpg))$", views.lead_image, name="lead_image"
    ),
    path("feeds/articles.atom", require_safe(feeds.ArticleFeed()), name="article_feed"),
    path("feeds/sections/<slug:slug>.atom", require_safe(feeds.SectionFeed()), name="section_feed"),
    path(
        "sitemap.xml",
        require_safe(sitemaps.sitemap),
        {"sitemaps": feeds.SITEMAPS},
        name="sitemap",
    ),
    path("robots.txt", views.robots, name="robots"),
]
