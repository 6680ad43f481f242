"""What the clock offers, and how often: seconds, or a time of the day in UTC."""

from celery.schedules import crontab

SCHEDULE = {
    # What waited for longer than the next one is there for is not run twice.
    "seal": {"task": "record.seal", "schedule": 2.0, "options": {"expires": 10}},
    "sweep-pending": {"task": "moderation.sweep_pending", "schedule": 5.0},
    # For those whose own message was lost when they confirmed their address.
    "judge-confirmed": {
        "task": "moderation.judge_confirmed",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "sweep-effects": {"task": "moderation.sweep_effects", "schedule": 5.0},
    "sweep-batches": {"task": "moderation.sweep_batches", "schedule": 15.0},
    "publish-due": {"task": "articles.publish_due", "schedule": 15.0},
    "close-due": {"task": "articles.close_due", "schedule": 60.0},
    "refresh-fragments": {"task": "comments.refresh_fragments", "schedule": 30.0},
    "mail-unsent": {"task": "comments.mail_unsent", "schedule": 60.0},
    "mail-digests": {"task": "comments.mail_digests", "schedule": crontab(minute="*/10")},
    "tell-missed-followers": {"task": "comments.tell_missed_followers", "schedule": 300.0},
    "mail-sanctions": {"task": "accounts.mail_sanctions", "schedule": 60.0},
    "erase-due": {"task": "accounts.erase_due", "schedule": 60.0},
    "destroy-keys": {"task": "accounts.destroy_keys", "schedule": crontab(minute=7)},
    "clear-sessions": {"task": "accounts.clear_sessions", "schedule": crontab(hour=3, minute=45)},
    "mail-legal-notices": {"task": "moderation.mail_legal_notices", "schedule": 60.0},
    "mail-urgent": {"task": "moderation.mail_urgent", "schedule": 60.0, "options": {"expires": 60}},
    "post-urgent": {"task": "moderation.post_urgent", "schedule": 60.0, "options": {"expires": 60}},
    "close-old": {"task": "moderation.close_old", "schedule": 300.0},
    "try-changes": {
        "task": "moderation.try_changes",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "count-dashboard": {"task": "moderation.count_dashboard", "schedule": 300.0},
    "learn": {"task": "moderation.learn", "schedule": crontab(minute=20)},
    "retention": {"task": "moderation.retention", "schedule": crontab(hour=3, minute=30)},
    # After the retention, and before the write-ahead log is emptied.
    "tidy-search": {"task": "comments.tidy_search", "schedule": crontab(hour=3, minute=35)},
    "tidy-desk-words": {
        "task": "moderation.tidy_desk_words",
        "schedule": crontab(hour=3, minute=40),
    },
    "count-desk": {"task": "moderation.count_desk", "schedule": 60.0},
    "count-unsent": {"task": "moderation.count_unsent", "schedule": 60.0},
    "tally": {"task": "moderation.tally", "schedule": 10.0, "options": {"expires": 30}},
    "old-drafts": {"task": "comments.retain", "schedule": crontab(hour=3, minute=45)},
}
