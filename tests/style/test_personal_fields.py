"""Every column that could hold something about a person is registered, or is known to hold nothing of the kind."""

from django.apps import apps
from django.db import models

from jiacan.customers import facade as customers

# Columns of text that say nothing about a person.
CLEARED = {
    "tenancy_shop": {"slug", "name", "zone", "currency"},
    "tenancy_auditentry": {"action", "subject", "before", "after", "previous_hash", "hash"},
    "tenancy_person": {"language"},
    "tenancy_member": {"role"},
    "tenancy_invitation": {"role", "secret_hash"},
    "tenancy_signinlink": {"secret_hash"},
    "tenancy_token": {"name", "scopes", "secret_hash", "hint"},
    "account_emailconfirmation": {"key"},
    "mfa_authenticator": {"type"},
    "usersessions_usersession": {"session_key", "data"},
    "django_session": {"session_key"},
    "django_content_type": {"app_label", "model"},
    "auth_group": {"name"},
    "auth_permission": {"name", "codename"},
    "ledger_account": {"unit"},
    "ledger_transfer": {"key", "kind", "refers_to"},
    "orders_archivedorders": {"folder", "orders_sha256", "lines_sha256"},
    "orders_knownorder": {"order_id"},
    "orders_order": {"order_id", "status", "channel", "content_hash", "source"},
    "orders_orderline": {"order_id", "sku", "title", "category"},
    "orders_refundrow": {"order_id", "refund_id", "sku"},
    "offers_award": {"plan_id", "order_id", "offer_id", "outcome", "refusal"},
    "offers_awarditem": {"plan_id", "order_id", "offer_id", "kind", "item", "hold_keys"},
    "offers_pointsused": {"plan_id", "order_id", "offer_id"},
    "offers_clawbackitem": {"plan_id", "order_id", "offer_id", "refund_id", "kind", "item"},
    "offers_reservation": {"reservation_id", "order_id", "state"},
    "offers_reservationpart": {"reservation_id", "order_id", "plan_id", "awards", "state"},
    "offers_pendingoccasion": {"plan_id", "occasion_id", "trigger", "awards", "state"},
    "offers_awardsum": {"plan_id", "offer_id", "outcome", "reason"},
    "offers_ordersum": {"plan_id"},
    "offers_awardpace": {"plan_id", "offer_id", "outcome", "reason"},
    "offers_orderpace": {"plan_id"},
    "offers_settledevent": {"plan_id", "event_id", "order_id"},
    "plans_planversion": {"plan_id", "text", "sha256"},
    "plans_plandraft": {"plan_id", "text"},
    "campaigns_receiptlink": {"order_id", "secret_hash"},
    "campaigns_approval": {"plan_id", "sha256", "note", "state", "answer"},
    "campaigns_writtenreport": {"plan_id", "language", "stage", "failed", "summary"},
    "campaigns_rehearsal": {
        *("plan_id", "text", "plan_text", "language", "orders_name", "refunds_name", "customers_name"),
        *("folder", "stage", "doing", "failed", "result"),
    },
    "campaigns_alarm": {"plan_id", "key", "note"},
    "campaigns_taskstep": {"plan_id", "task_id", "state", "evidence"},
    "webhooks_endpoint": {"url", "kinds", "sealed_secret"},
    "webhooks_delivery": {"public_id", "event_id", "kind", "subject", "state"},
    "webhooks_attempt": {"trouble"},
    "referrals_programme": {"plan_id", "name_zh", "name_en", "zone", "currency", "attribution", "landing"},
    "referrals_link": {"plan_id", "code"},
    "referrals_referral": {"plan_id", "order_id", "state", "reason"},
    "referrals_mark": {"kind"},
    "referrals_payee": {"method"},
    "referrals_batch": {"method", "state"},
    "referrals_payout": {"plan_id", "occasion_id", "offer_id", "state"},
    "members_batch": {"plan_id", "coupon", "line", "label"},
    "members_coupon": {
        *("code", "plan_id", "coupon", "order_id", "offer_id", "hold_key", "state", "ending", "ended_by"),
    },
    "members_couponuse": {"order_id", "came_back"},
    "members_checkincard": {"plan_id", "challenge_id"},
    "members_checkintask": {"task"},
    "members_redemption": {"key", "plan_id", "item_id", "currency", "state", "carrier", "reason"},
    "members_mallcode": {"plan_id", "item_id", "sealed", "mark", "end"},
    "members_birthdayturn": {"plan_id", "offer_id"},
    "members_birthdayprogress": {"plan_id", "offer_id"},
    "members_lot": {"name", "plan_id", "order_id", "offer_id"},
    "members_line": {"move", "name", "subject", "parts"},
    "members_standing": {"plan_id", "tier", "stands"},
    "members_tierstep": {"plan_id", "before", "after", "cause", "offer_id"},
    "members_tiergift": {"plan_id", "order_id", "offer_id", "tier"},
    "members_signinlink": {"secret_hash"},
    "members_entrysecret": {"sealed", "hint"},
    "members_usedtoken": {"nonce_hash"},
    "draws_draw": {
        *("plan_id", "draw_id", "code", "mode", "promise", "facts", "terms", "commitment", "rules", "sealed_seed"),
        *("sealed_key", "state", "head", "public_value", "value_note", "sealed_stage", "seed"),
    },
    "draws_photograph": {"prize", "sha256", "kind"},
    "draws_deck": {"deck_id"},
    "draws_ticket": {
        *("order_id", "offer_id", "issued", "deck_id", "state", "ticket_id", "before", "head", "prize"),
    },
    "draws_win": {"prize", "state"},
    # Jobs name rows by their numbers only.
    "procrastinate_jobs": {"queue_name", "task_name", "lock", "args", "status", "queueing_lock"},
    "procrastinate_events": {"type"},
    "procrastinate_periodic_defers": {"task_name", "periodic_id"},
    "project_server": {"name"},
    "project_place": {"stage"},
    "api_keptanswer": {"key", "request_hash"},
}

HOLDS_TEXT = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)


def text_columns() -> set[tuple[str, str]]:
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            base = getattr(field, "base_field", field)
            if isinstance(base, HOLDS_TEXT):
                found.add((model._meta.db_table, field.column))
    return found


def test_every_text_column_is_registered_or_cleared():
    registered = {(field.table, field.column) for field in customers.personal_fields()}
    cleared = {(table, column) for table, columns in CLEARED.items() for column in columns}
    assert text_columns() - registered - cleared == set()


def test_the_register_names_only_columns_that_exist():
    registered = {(field.table, field.column) for field in customers.personal_fields()}
    columns = {
        (model._meta.db_table, field.column) for model in apps.get_models() for field in model._meta.concrete_fields
    }
    assert registered - columns == set()


def test_every_personal_field_says_what_for_and_how_long():
    assert all(field.purpose and field.what and field.retention_days > 0 for field in customers.personal_fields())
