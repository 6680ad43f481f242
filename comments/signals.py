"""The one event of our own."""

from django.dispatch import Signal

# Sent on commit with comment_id, whenever a revision waits to be judged.
comment_submitted = Signal()
