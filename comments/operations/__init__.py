"""What can be done to a comment."""

from comments.operations.landing import locked
from comments.operations.leaving import forget_words
from comments.operations.people import forget_reader, mark_read, redraw_all, rename_author
from comments.operations.reacting import react
from comments.operations.ruling import approve, hold, reject, restore
from comments.operations.writing import (
    Posted,
    check_may_post,
    checked_body,
    edit_comment,
    post_comment,
    withdraw_comment,
)

__all__ = [
    "Posted",
    "approve",
    "check_may_post",
    "checked_body",
    "edit_comment",
    "forget_reader",
    "forget_words",
    "hold",
    "locked",
    "mark_read",
    "post_comment",
    "react",
    "redraw_all",
    "reject",
    "rename_author",
    "restore",
    "withdraw_comment",
]
