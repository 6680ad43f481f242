"""A small sum that a browser does before a newcomer posts: cheap for one, dear for thousands.

Made, signed and checked here: no service learns who posts.
"""

import hashlib
from datetime import timedelta

from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, verify_solution_v1
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import SpentProof

VALID = timedelta(hours=2)  # as long as somebody may write at one comment
HARDEST = 50_000  # hashes; half of them on average, under a second on a phone
LONGEST = 2_000  # characters of a proof


def challenge() -> dict[str, object]:
    """What a browser solves: {algorithm, challenge, maxNumber, salt, signature}."""
    options = ChallengeOptionsV1(
        max_number=HARDEST, hmac_key=_key(), expires=timezone.now() + VALID
    )
    return create_challenge_v1(options).to_dict()


def redeem(proof: str) -> bool:
    """Take a proof, once: base64 of the challenge with its number. False for what is wrong,
    expired or was taken before."""
    if not proof or len(proof) > LONGEST:
        return False
    try:
        valid, _why_not = verify_solution_v1(proof, _key(), check_expires=True)
    except Exception:  # what strangers send may have any shape, and none of them is a proof
        return False
    if not valid:
        return False
    # The payload can be written in many ways, the signed challenge in it in one.
    digest = hashlib.sha256(_challenge_of(proof).encode()).hexdigest()
    try:
        with transaction.atomic():
            SpentProof.objects.create(digest=digest, expires_at=timezone.now() + VALID)
    except IntegrityError:
        return False
    return True


def _challenge_of(proof: str) -> str:
    return PayloadV1.from_base64(proof).challenge


def _key() -> str:
    return salted_hmac("accounts.proof_of_work", "challenge").hexdigest()
