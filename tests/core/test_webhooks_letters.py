"""What a delivery says, and how its receiver knows who said it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from jiacan.webhooks.contracts import Endpoint, EventKind, WebhookEvent
from jiacan.webhooks.core.letters import Parcel, address_events, new_delivery, sign, write_letter

AT = datetime(2026, 11, 11, 20, 0, tzinfo=UTC)
GRANTED = WebhookEvent(EventKind.AWARD_GRANTED, "p/o-1/ladder", AT, {"order": "o-1", "gift": "马克杯"})
ENDPOINT = Endpoint(7, "https://shop.example/", frozenset({EventKind.AWARD_GRANTED}), True, "ann", AT, None)
PARCEL = Parcel(1, "dlv_1", "evt_1", "award.granted", AT, {"b": 1, "a": "马克杯"}, tries=0)


def ids(shop_id: int = 1, endpoint: Endpoint = ENDPOINT, event: WebhookEvent = GRANTED) -> tuple[str, str]:
    (delivery,) = address_events(shop_id, [event], [endpoint])
    return delivery.event_id, delivery.id


def test_an_event_has_one_id_however_often_it_is_announced():
    assert ids() == ids()
    assert ids() == ids(event=replace(GRANTED, at=AT.astimezone(timezone(timedelta(hours=8)))))
    assert ids() == ids(event=replace(GRANTED, data={"told": "otherwise"}))


def test_shop_kind_subject_and_moment_each_make_another_event():
    others = [
        ids(shop_id=2),
        ids(event=replace(GRANTED, subject="p/o-2/ladder")),
        ids(event=replace(GRANTED, at=AT + timedelta(microseconds=1))),
    ]
    assert len({ids(), *others}) == 4
    kinds = {new_delivery(1, 7, kind=kind, subject="s", at=AT, data={}).event_id for kind in EventKind}
    assert len(kinds) == len(EventKind)


def test_two_endpoints_are_told_of_the_same_event_by_two_deliveries():
    first, second = ids(), ids(endpoint=replace(ENDPOINT, id=8))
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_only_active_endpoints_that_asked_are_told():
    off = replace(ENDPOINT, id=8, active=False)
    other = replace(ENDPOINT, id=9, kinds=frozenset({EventKind.STOCK_LOW}))
    assert [delivery.endpoint_id for delivery in address_events(1, [GRANTED], [ENDPOINT, off, other])] == [7]


def test_the_body_is_the_same_bytes_at_every_try_and_only_timestamp_and_signature_differ():
    first, second = (
        write_letter(PARCEL, url="https://shop.example/", shop="gifts", secret="whsec_x", at=at)
        for at in (AT, AT + timedelta(hours=1))
    )
    assert first.body == second.body
    assert first.body.decode() == (
        '{"at":"2026-11-11T20:00:00+00:00","data":{"a":"马克杯","b":1},"id":"evt_1","kind":"award.granted","shop":"gifts"}'
    )
    differing = {name for name in first.headers if first.headers[name] != second.headers[name]}
    assert differing == {"Jiacan-Timestamp", "Jiacan-Signature"}
    assert first.headers["Jiacan-Delivery"] == "dlv_1"
    assert json.loads(first.body)["data"] == PARCEL.data


def test_the_signature_is_the_hmac_of_timestamp_and_body():
    # Computed with `printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac whsec_x`.
    assert sign("whsec_x", timestamp=1_700_000_000, body=b"{}") == (
        "v1=be8cb8325f2202445260a855532f967e30ad2a9394ce28da66ee02880ddcb661"
    )
