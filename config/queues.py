"""Which task waits in which queue, and which goes first where one worker serves them all."""

# Each can have workers of its own. A worker that is not told which serves all three.
JUDGING, MAIL, BULK = QUEUES = ("judging", "mail", "bulk")

# On Redis 0 is served first and 9 last, across all queues of a worker; of equals the queue that
# was not served last. A task that is not listed is refused by a test, not sent somewhere.
_PROMPT, _JUDGEMENT, _AWAITED, _PATIENT = 0, 3, 6, 9

_SORTED = {
    # What changes what readers see, within seconds.
    (JUDGING, _PROMPT): (
        "moderation.sweep_pending",
        "moderation.carry_out",
        "moderation.sweep_effects",
        "articles.publish_due",
        "articles.close_due",
    ),
    (JUDGING, _JUDGEMENT): ("moderation.judge_comment",),
    # Each speaks to a mail server or a webhook, or finds out for whom.
    (MAIL, _PATIENT): (
        "comments.mail_notification",
        "comments.mail_unsent",
        "comments.mail_digest",
        "comments.mail_digests",
        "moderation.mail_legal_notice",
        "moderation.mail_legal_notices",
        "moderation.mail_urgent",
        "moderation.post_urgent",
        "accounts.mail_sanction",
        "accounts.mail_sanctions",
    ),
    # The log is sealed within seconds, however many comments wait to be judged; and what tells of
    # those that wait does not wait behind them.
    (BULK, _PROMPT): (
        "record.seal",
        "moderation.tally",
        "moderation.sweep_batches",
        "moderation.close_old",
    ),
    # A batch is looked at by somebody who waits, and goes before the mails of its own rulings.
    (BULK, _AWAITED): (
        "moderation.learn",
        "moderation.retention",
        "moderation.run_batch",
        "moderation.judge_confirmed",
        "moderation.count_histogram",
        "moderation.try_on_decisions",
        "moderation.try_changes",
    ),
    (BULK, _PATIENT): (
        "moderation.count_unsent",
        "moderation.count_desk",
        "moderation.count_dashboard",
        "moderation.tidy_desk_words",
        "comments.tell_followers",
        "comments.tell_missed_followers",
        "comments.refresh_fragments",
        "comments.retain",
        "comments.tidy_search",
        "accounts.erase_due",
        "accounts.clear_sessions",
        "accounts.destroy_keys",
    ),
}
ROUTES = {
    task: {"queue": queue, "priority": priority}
    for (queue, priority), tasks in _SORTED.items()
    for task in tasks
}
