"""Who is new, and from where many of them come: then a proof of work is asked for."""

from collections import Counter

from django.db.models import F

from accounts import ports
from accounts.addresses import Origin
from accounts.daily_keys import kept_days, keyed, today
from accounts.models import NetworkCount, User
from accounts.proof_of_work import redeem
from record import log

Kind = NetworkCount.Kind


def came(kind: str, *, origin: Origin) -> None:
    """Count one of a kind from a network, under the key of today."""
    key = keyed(f"{kind} from", origin.network)
    counted = NetworkCount.objects.filter(pk=key)
    if counted.update(times=F("times") + 1):
        return
    _row, made = NetworkCount.objects.get_or_create(key=key, defaults={"day": today(), "times": 1})
    if not made:
        counted.update(times=F("times") + 1)


def times(*, origin: Origin, days: int) -> Counter[str]:
    """How many of each kind came from a network, over so many days with today. What the network is
    called differs from day to day, and its keys alone tell."""
    kinds = {
        keyed(f"{kind} from", origin.network, day=day): kind
        for day in kept_days(days)
        for kind in Kind
    }
    found: Counter[str] = Counter()
    for key, count in NetworkCount.objects.filter(pk__in=kinds).values_list("pk", "times"):
        found[kinds[key]] += count
    return found


def is_asked(*, origin: Origin) -> bool:
    """Whether newcomers from there are asked for a proof of work now."""
    rules = ports.newcomers()
    if rules.proof_always:
        return True
    thresholds = {Kind.SIGN_UP: rules.proof_sign_ups, Kind.FIRST_POST: rules.proof_first_posts}
    if not any(thresholds.values()):
        return False
    found = times(origin=origin, days=rules.proof_days)
    return any(most and found[kind] >= most for kind, most in thresholds.items())


def is_unproven(kind: str, *, origin: Origin, proof: str, trapped: bool) -> bool:
    """Count a newcomer's deed; True if it came without the proof that was asked for, or filled in
    a field that nobody can see. Runs in the deed's transaction, where there is one."""
    asked = is_asked(origin=origin)
    if kind != Kind.FIRST_POST or not origin.is_developers_machine:
        came(kind, origin=origin)
    if trapped:
        return True
    return asked and not redeem(proof)


def signed_up(*, user: User, origin: Origin, proof: str, trapped: bool) -> None:
    """Note a sign-up. One without its proof stands, and the first comments wait for an editor."""
    if is_unproven(Kind.SIGN_UP, origin=origin, proof=proof, trapped=trapped):
        user.unproven = True
        user.save(update_fields=["unproven"])
        log.append(actor=None, verb="sign_up_unproven", subject=user, detail={})
