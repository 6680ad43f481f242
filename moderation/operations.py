"""What can be decided: by the machine and by people, through one path, with one record."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import rejoinder_version
from accounts.errors import Conflict, Forbidden
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, CommentRevision, Notice
from moderation import intake, reasons
from moderation.models import DecisionRecord, Policy, Report
from moderation.pipeline import judge as judge_submission
from moderation.pipeline.decision import Finding, Outcome
from moderation.waiting import expected_wait_seconds
from record import log

LEASE = timedelta(seconds=60)
ATTEMPTS = 3
SWEEP_BATCH = 500
Outcomes = DecisionRecord.Outcome
