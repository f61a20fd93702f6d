"""API v1: every operation in one place, and the document that describes them."""

from __future__ import annotations

from ninja import NinjaAPI

from jiacan.api.web.body import JsonBody
from jiacan.api.web.problems import answer_problems
from jiacan.api.web.routes import (
    about,
    awards,
    birthdays,
    campaigns,
    check_ins,
    coupons,
    draws,
    mall,
    members,
    offers,
    orders,
    plans,
    points,
    receipts,
    referrals,
    tiers,
    webhooks,
)

DESCRIPTION = """\
Orders and refunds in, awards and receipts out, and carts quoted and reserved in between.

Amounts are decimals of major units as texts, with their currency. Times are ISO 8601 with an offset. What is wrong is
answered as a problem document (RFC 9457) in the language of Accept-Language. A POST that is sent again under its
Idempotency-Key works once. Lists come in pages: follow `next`."""

api = NinjaAPI(
    title="Jiacan",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,  # served completed, by `pages`
    docs_url=None,
    parser=JsonBody(),
    urls_namespace="api-v1",
)
for routes in (
    about,
    orders,
    offers,
    awards,
    receipts,
    draws,
    referrals,
    points,
    mall,
    members,
    tiers,
    coupons,
    check_ins,
    birthdays,
    campaigns,
    plans,
    webhooks,
):
    api.add_router("", routes.router)
answer_problems(api)
