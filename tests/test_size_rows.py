"""Copies of comments, by which the size benchmark fills a site: whole, in every table."""

import pytest
from django.db import connection

from benchmarks import size_rows
from comments.models import Comment, CommentRevision
from moderation.models import DecisionRecord, QueueItem
from moderation.operations.judging import judge
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def test_copies_are_whole_and_counted():
    root = make_comment(body="Every spring we walk from the river to the bridge.", status="pending")
    assert judge(comment_id=root.pk) is not None
    make_comment(body="In my view the lamp and the window belong together.")
    tables = (CommentRevision, DecisionRecord, QueueItem)
    had = [table.objects.count() for table in tables]
    assert size_rows.multiply(comments=6) == 6
    assert [table.objects.count() for table in tables] == [3 * count for count in had]
    copied = DecisionRecord.objects.exclude(comment=root)
    assert {row.revision.comment_id for row in copied} == {row.comment_id for row in copied}
    assert len(copied) == 2
    assert {row.latest.comment_id for row in Comment.objects.select_related("latest")} == set(
        Comment.objects.values_list("pk", flat=True)
    )
    connection.check_constraints()
    named = {name: size for name, index, size in size_rows.sizes() if not index}
    assert named["comments_comment"] > 0
