"""Addresses of articles' pages and of what is said below them."""

from django.urls import path
from django.views.decorators.http import require_safe

import accounts.converters  # noqa: F401 - registers <row:>
from comments import feeds
from comments.views import discussion, drafts, finding, live, mine, notifications, picking, writing

urlpatterns = [
    path("search/", finding.site, name="search"),
    path("articles/<slug:slug>/search/", finding.discussion, name="search_discussion"),
    path("articles/<slug:slug>/", discussion.article, name="article"),
    path("articles/<slug:slug>/comments/", writing.post_comment, name="post_comment"),
    path("articles/<slug:slug>/preview/", writing.preview, name="preview"),
    path("articles/<slug:slug>/draft/", drafts.save_draft, name="save_draft"),
    path("articles/<slug:slug>/follow/", notifications.follow, name="follow_discussion"),
    path(
        "articles/<slug:slug>/comments.atom",
        require_safe(feeds.DiscussionFeed()),
        name="discussion_feed",
    ),
    path("articles/<slug:slug>/news/", live.news, name="discussion_news"),
    path("articles/<slug:slug>/fragments/", live.fragments, name="discussion_fragments"),
    path("c/<row:comment_id>/", discussion.comment, name="comment"),
    path("c/<row:comment_id>/reply/", writing.reply, name="reply_to_comment"),
    path("c/<row:comment_id>/edit/", writing.edit, name="edit_comment"),
    path("c/<row:comment_id>/withdraw/", writing.withdraw, name="withdraw_comment"),
    path("c/<row:comment_id>/react/", writing.react, name="react_to_comment"),
    path("c/<row:comment_id>/pick/", picking.pick, name="pick_comment"),
    path("c/<row:comment_id>/state/", writing.state, name="comment_state"),
    path("my/comments/", mine.mine, name="my_comments"),
    path("my/drafts/", mine.drafts, name="my_drafts"),
    path("my/drafts/<row:draft_id>/delete/", mine.delete_draft, name="delete_draft"),
    path("my/notifications/", notifications.notifications, name="notifications"),
    path("my/notifications/<row:pk>/", notifications.open_notification, name="open_notification"),
]
