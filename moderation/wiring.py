"""Where moderation plugs into the apps below: one receiver, and the ports they own."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from accounts import ports as accounts_ports
from articles import ports as articles_ports
from articles.models import Article
from comments import ports as comments_ports
from comments.signals import comment_submitted
from moderation import advice, desk_words, export, intake, names, operations, reasons, tasks
from moderation.models import DecisionRecord
from moderation.models.rules import DisposableMail
from moderation.operations import queueing
from moderation.signals import batch_made, effect_deferred, legal_notice_changed
from record import sources


def offer(comment_id: int, **_signal) -> None:
    tasks.judge_comment.ring(comment_id)


def offer_confirmed(user_id: int) -> None:
    tasks.judge_confirmed.ring(user_id)


def offer_mail(notice_id: int, **_signal) -> None:
    tasks.mail_legal_notice.ring(notice_id)


def offer_effect(record_id: int, after: timedelta, **_signal) -> None:
    tasks.carry_out.ring(record_id, after=after.total_seconds())


def offer_batch(batch_id: int, at: int, after: timedelta, **_signal) -> None:
    tasks.run_batch.ring(batch_id, at, after=after.total_seconds())


def rules_for(article: Article) -> comments_ports.Rules:
    policy = intake.current_policy()
    return comments_ports.Rules(
        max_length=policy.max_length,
        edit_seconds=policy.edit_minutes * 60,
        post_limit=policy.post_limit,
        post_seconds=policy.post_seconds,
        reactions=policy.reactions,
        open=intake.takes_comments(policy, article.pk),
    )


def takes_answers() -> Callable[[int], bool]:
    return partial(intake.takes_comments, intake.current_policy())


def newcomers() -> accounts_ports.Newcomers:
    policy = intake.current_policy()
    return accounts_ports.Newcomers(
        takes_disposable_mail=policy.disposable_mail != DisposableMail.REFUSE,
        proof_always=policy.proof_always,
        proof_sign_ups=policy.proof_sign_ups,
        proof_first_posts=policy.proof_first_posts,
        proof_days=policy.proof_days,
    )


def connect() -> None:
    sources.cover("decision", DecisionRecord)
    comment_submitted.connect(offer, dispatch_uid="moderation.offer")
    legal_notice_changed.connect(offer_mail, dispatch_uid="moderation.offer_mail")
    effect_deferred.connect(offer_effect, dispatch_uid="moderation.offer_effect")
    batch_made.connect(offer_batch, dispatch_uid="moderation.offer_batch")
    articles_ports.fill(takes_answers=takes_answers)
    comments_ports.fill(rules=rules_for, told=reasons.told, advice=advice.advise)
    comments_ports.changed_parts.append(queueing.follow)
    accounts_ports.confirmed_parts.append(offer_confirmed)
    accounts_ports.erase_steps.append(desk_words.tidy)
    accounts_ports.erase_parts.append(operations.forget_reader)
    accounts_ports.export_parts.append(export.sections)
    accounts_ports.fill(name_allowed=names.name_allowed, newcomers=newcomers)
