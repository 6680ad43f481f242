"""Accounts over JSON: parse, call, render."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts import newcomers, proof_of_work
from accounts.addresses import origin_of
from accounts.api_auth import OPEN
from accounts.schemas import REFUSALS, Error, ProofOut

router = Router(tags=["accounts"])


@router.get(
    "/proof", auth=OPEN, response={200: ProofOut, REFUSALS: Error}, operation_id="proof_of_work"
)
def proof(request: HttpRequest, response: HttpResponse):
    """The proof of work that newcomers are asked for at present from where you are, if any.

    Find `number`, from 0 to `maxNumber`, for which the SHA-256 of `salt` and `number`, in
    hexadecimal, is `challenge`; send base64 of the JSON of the challenge with `number` instead of
    `maxNumber` as `proof`, once.
    """
    response["Cache-Control"] = "no-store"
    asked = newcomers.is_asked(origin=origin_of(request))
    return {"challenge": proof_of_work.challenge() if asked else None}
