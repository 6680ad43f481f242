"""Addresses of articles' pages and of what is said below them."""

from django.urls import path

import accounts.converters  # noqa: F401 - registers <row:>
from comments import feeds, views

urlpatterns = [
    path("articles/<slug:slug>/", views.article, name="article"),
    path("articles/<slug:slug>/comments/", views.post_comment, name="post_comment"),
    path("articles/<slug:slug>/preview/", views.preview, name="preview"),
    path("articles/<slug:slug>/comments.atom", feeds.DiscussionFeed(), name="discussion_feed"),
    path("c/<row:comment_id>/", views.comment, name="comment"),
    path("c/<row:comment_id>/reply/", views.reply, name="reply_to_comment"),
    path("c/<row:comment_id>/edit/", views.edit, name="edit_comment"),
    path("c/<row:comment_id>/withdraw/", views.withdraw, name="withdraw_comment"),
    path("c/<row:comment_id>/react/", views.react, name="react_to_comment"),
    path("c/<row:comment_id>/state/", views.state, name="comment_state"),
    path("my/comments/", views.mine, name="my_comments"),
    path("my/notifications/", views.notifications, name="notifications"),
]
