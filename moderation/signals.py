"""What moderation announces on commit."""

from django.dispatch import Signal

# Sent with notice_id, when a notice has a mail to be sent: its receipt, or what was decided.
legal_notice_changed = Signal()

# Sent with record_id and after, a timedelta, when a ruling is to reach its readers that much later.
effect_deferred = Signal()

# Sent with batch_id, at, how many of its comments are dealt with, and after, a timedelta, when a
# batch is to be gone on with that much later.
batch_made = Signal()
