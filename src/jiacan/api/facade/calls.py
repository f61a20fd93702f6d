"""What every call of the API stands on: a request works once however often it is sent, and not too often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.db import transaction

from jiacan.api import store
from jiacan.api.contracts import Allowed, KeptAnswer, KeyBusy, KeyReused, TooManyRequests
from jiacan.campaigns.facade import gathering
from jiacan.kernel.rates import Bucket, Rate, full_in_seconds, refill, take, wait_seconds

LEASES = 10
"""A process takes a tenth of the burst at a time out of the shared bucket, so that few requests write to it."""


def answer_once(
    shop_id: int, token_id: int, *, key: str, request_hash: str, work: Callable[[], KeptAnswer]
) -> KeptAnswer:
    """Do the work and keep its answer, in one transaction; where it was done before, only give the answer again.

    A work that raises leaves nothing behind, so that the same key may be sent again.

    Raises:
        KeyBusy: the first request with this key is still at work.
        KeyReused: the key belonged to another request.
    """
    with transaction.atomic():
        if not store.try_lock_key(shop_id, token_id, key):
            raise KeyBusy(key=key)
        kept = store.find_answer(shop_id, token_id, key)
        if kept is None:
            answer = work()
            store.keep_answer(shop_id, token_id, key, request_hash=request_hash, answer=answer)
            return answer
        if kept.request_hash != request_hash:
            raise KeyReused(key=key)
        return kept.answer


def forget_old_answers() -> int:
    """Forget every kept answer that is too old to be given again; says how many."""
    return store.delete_old_answers()


@dataclass(slots=True)
class _Lease:
    """Requests that this process may let pass without asking, and what the shared bucket had left then."""

    here: int
    shared: Bucket


_leases: dict[tuple[int, int], _Lease] = {}
_lock = Lock()


def let_pass(shop_id: int, token_id: int, rate: Rate) -> Allowed:
    """Count one request of the token against its rate.

    All processes share one bucket in the database and lease from it in tenths of the burst, so that a token can
    have at most so much more at once as the processes have leased.

    Raises:
        TooManyRequests: the rate is used up.
    """
    with _lock:
        allowed = _spend_lease(shop_id, token_id, rate)
    if allowed is not None:
        return allowed
    shared, taken = gathering.elsewhere(lambda: _lease_more(shop_id, token_id, rate))
    if taken == 0:
        raise TooManyRequests(rate=rate, wait_seconds=wait_seconds(shared.left, rate))
    with _lock:
        lease = _leases.setdefault((shop_id, token_id), _Lease(0, shared))
        lease.here += taken - 1
        lease.shared = shared
        return _allowed(lease, rate)


def _spend_lease(shop_id: int, token_id: int, rate: Rate) -> Allowed | None:
    lease = _leases.get((shop_id, token_id))
    if lease is None or lease.here == 0:
        return None
    lease.here -= 1
    return _allowed(lease, rate)


def _allowed(lease: _Lease, rate: Rate) -> Allowed:
    left = lease.here + lease.shared.left
    return Allowed(left=int(left), full_in_seconds=full_in_seconds(left, rate))


def _lease_more(shop_id: int, token_id: int, rate: Rate) -> tuple[Bucket, int]:
    with transaction.atomic():
        bucket, now_seconds = store.lock_bucket(shop_id, token_id, full=rate.burst)
        left, taken = take(refill(bucket, rate, now_seconds), max(1, rate.burst // LEASES))
        store.put_bucket(shop_id, token_id, left)
    return left, taken
