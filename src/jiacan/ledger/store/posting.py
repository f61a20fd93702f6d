"""Writing transfers that decide nothing about earlier ones, in one statement: accounts, balances and all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from jiacan.kernel.statements import Prepared
from jiacan.ledger.contracts import AccountKey
from jiacan.ledger.core.decide import Delta
from jiacan.ledger.core.transfers import Transfer

# Balances change by difference, so that each floor is checked against what is there now; accounts are locked in one
# order. Of two that open an account at once, the second adds to what the first opened. A floor that is asked for is
# given as `set_floors` gives it: not above what the account had before.
_POST = Prepared("""
WITH asked AS MATERIALIZED (
    SELECT asked.*, present.id
    FROM json_to_recordset(%(accounts)s::json)
        AS asked (place int, owner text, unit text, is_open bool, floor bigint, posted bigint, held bigint)
    LEFT JOIN ledger_account present
        ON present.shop_id = %(shop_id)s::bigint AND present.owner = asked.owner AND present.unit = asked.unit
), added AS (
    INSERT INTO ledger_account AS account (shop_id, owner, unit, floor, posted, held)
    SELECT %(shop_id)s::bigint, owner, unit, CASE WHEN floor > 0 THEN 0 ELSE floor END, posted, held
    FROM asked WHERE id IS NULL AND NOT is_open ORDER BY owner, unit
    ON CONFLICT (shop_id, owner, unit) DO UPDATE
    SET posted = account.posted + excluded.posted, held = account.held + excluded.held
    RETURNING id, owner, unit
), locked AS MATERIALIZED (
    SELECT account.id FROM ledger_account account
    WHERE account.shop_id = %(shop_id)s::bigint AND account.id IN (SELECT asked.id FROM asked)
    ORDER BY account.id FOR UPDATE
), changed AS (
    UPDATE ledger_account account
    SET posted = account.posted + asked.posted, held = account.held + asked.held,
        floor = CASE
            WHEN asked.is_open OR account.floor IS NOT DISTINCT FROM asked.floor THEN account.floor
            WHEN asked.floor > account.posted - account.held THEN account.posted - account.held
            ELSE asked.floor
        END
    FROM asked JOIN locked USING (id)
    WHERE account.id = asked.id
), known AS MATERIALIZED (
    SELECT asked.place, coalesce(asked.id, added.id) AS id
    FROM asked LEFT JOIN added ON added.owner = asked.owner AND added.unit = asked.unit
)
INSERT INTO ledger_transfer (shop_id, key, kind, debit_id, credit_id, amount, at, expires_at)
SELECT %(shop_id)s::bigint, transfer.key, transfer.kind, debit.id, credit.id, transfer.amount, transfer.at,
    transfer.expires_at
FROM json_to_recordset(%(transfers)s::json) AS transfer (place int, key text, kind smallint, debit int, credit int,
    amount bigint, at timestamptz, expires_at timestamptz)
LEFT JOIN known debit ON debit.place = transfer.debit
LEFT JOIN known credit ON credit.place = transfer.credit
ORDER BY transfer.place
""")


def post(
    shop_id: int,
    accounts: Mapping[AccountKey, int | None],
    bounded: Iterable[AccountKey],
    transfers: Sequence[Transfer],
    deltas: Mapping[AccountKey, Delta],
) -> None:
    """Write transfers whose keys are new, and change each balance by its delta.

    Args:
        shop_id: whose ledger.
        accounts: to be opened where they are missing, each with its floor.
        bounded: accounts that are open, and keep their floors.
        transfers: in their order.
        deltas: what they do to the balances.

    Raises:
        IntegrityError: a floor does not bear its delta, a key was written before, or a bounded account is not open;
            told by the next statement that is answered.
    """
    asked = [*((key, floor, False) for key, floor in accounts.items()), *((key, None, True) for key in bounded)]
    rows = [_to_account(place, *each, deltas) for place, each in enumerate(asked)]
    places = {key: place for place, (key, *_) in enumerate(asked)}
    lines = [_to_line(place, transfer, places) for place, transfer in enumerate(transfers)]
    values = {
        "shop_id": shop_id,
        "accounts": json.dumps(rows, ensure_ascii=False),
        "transfers": json.dumps(lines, ensure_ascii=False),
    }
    with connection.cursor() as cursor:
        cursor.execute(_POST, values)


_UNTOUCHED = Delta(0, 0)


def _to_account(
    place: int, key: AccountKey, floor: int | None, is_open: bool, deltas: Mapping[AccountKey, Delta]
) -> dict[str, object]:
    delta = deltas.get(key, _UNTOUCHED)
    return {
        "place": place,
        "owner": key.owner,
        "unit": key.unit,
        "is_open": is_open,
        "floor": floor,
        "posted": delta.posted,
        "held": delta.held,
    }


def _to_line(place: int, transfer: Transfer, places: Mapping[AccountKey, int]) -> dict[str, object]:
    return {
        "place": place,
        "key": transfer.key,
        "kind": transfer.kind.value,
        "debit": places[transfer.debit],
        "credit": places[transfer.credit],
        "amount": transfer.amount,
        "at": transfer.at.isoformat(),
        "expires_at": None if transfer.expires_at is None else transfer.expires_at.isoformat(),
    }
