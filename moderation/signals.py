"""What moderation announces on commit."""

from django.dispatch import Signal

# Sent with notice_id, when a notice has a mail to be sent: its receipt, or what was decided.
legal_notice_changed = Signal()
