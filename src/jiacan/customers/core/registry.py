"""The register of personal fields. A test fails when a table has a text column that is neither here nor cleared."""

from __future__ import annotations

from jiacan.customers.contracts import OnErasure, PersonalField

# Promotions and winners are kept two years (规范促销行为暂行规定 Art 19), trade three (电子商务法 Art 31).
ONE_YEAR, TWO_YEARS, THREE_YEARS = 366, 731, 1096
A_WEEK, A_MONTH = 7, 30  # how long what happened on the way is kept
TWO_WEEKS = 14  # as long as someone stays signed in

_CUSTOMER = "the shop's number of the customer"
_STAFF = "who of the staff did it"
_STAFF_ADDRESS = "the address of one of the staff"
_WHERE_FROM = "where they came from"
_BIRTHDAY = "when they were born"
_LEDGER_OWNER = "whose account it is; a customer's carries their number"

PERSONAL_FIELDS = (
    PersonalField(
        "orders_knownorder", "customer_id", _CUSTOMER, "to number their orders", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "orders_order", "customer_id", _CUSTOMER, "to award what an order earned", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "customers_birthday", "customer_id", _CUSTOMER, "to give them something for it", THREE_YEARS, OnErasure.DELETE
    ),
    PersonalField("customers_birthday", "month", _BIRTHDAY, "to give on it", THREE_YEARS, OnErasure.DELETE),
    PersonalField("customers_birthday", "day", _BIRTHDAY, "to give on it", THREE_YEARS, OnErasure.DELETE),
    PersonalField(
        "customers_birthday", "year", _BIRTHDAY, "kept where a shop tells it", THREE_YEARS, OnErasure.DELETE
    ),
    PersonalField(
        "orders_order", "region", "where the order went", "to offer by region", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "offers_award", "customer_id", _CUSTOMER, "to explain and honour an award", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "offers_clawbackitem", "customer_id", _CUSTOMER, "to explain a claw-back", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "offers_reservation", "customer_id", _CUSTOMER, "to hold a cart's benefits", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "offers_reservation", "cart", "what was to be bought", "to hold a cart's benefits", TWO_YEARS, OnErasure.KEEP
    ),
    PersonalField(
        *("offers_pendingoccasion", "customer_id", _CUSTOMER),
        *("to hold what they will be given", TWO_YEARS, OnErasure.PSEUDONYMISE),
    ),
    PersonalField("offers_reservation", "made_by", _STAFF, "to account for what is held", TWO_YEARS, OnErasure.KEEP),
    PersonalField(
        "ledger_account", "owner", _LEDGER_OWNER, "to keep points and coupons", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("tenancy_auditentry", "actor", _STAFF, "to account for a change", THREE_YEARS, OnErasure.KEEP),
    PersonalField("plans_planversion", "actor", _STAFF, "to account for the rules", THREE_YEARS, OnErasure.KEEP),
    PersonalField("plans_planversion", "approver", _STAFF, "to account for the rules", THREE_YEARS, OnErasure.KEEP),
    PersonalField("plans_plandraft", "saved_by", _STAFF, "to ask whoever wrote it", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_approval", "asked_by", _STAFF, "to account for the rules", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_approval", "approver", _STAFF, "to account for the rules", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_alarm", "taken_by", _STAFF, "to say who sees to it", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_alarm", "closed_by", _STAFF, "to say who saw to it", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_writtenreport", "asked_by", _STAFF, "to say who asked", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_rehearsal", "asked_by", _STAFF, "to say who asked", THREE_YEARS, OnErasure.KEEP),
    PersonalField("campaigns_taskstep", "by", _STAFF, "to account for a gate", THREE_YEARS, OnErasure.KEEP),
    PersonalField(
        "tenancy_auditentry", "origin", _WHERE_FROM, "to account for a change", THREE_YEARS, OnErasure.KEEP
    ),
    PersonalField("tenancy_person", "email", _STAFF_ADDRESS, "to sign in", THREE_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField(
        "tenancy_person", "name", "what they are called", "to name them", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("tenancy_person", "password", "a hash", "to sign in", THREE_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField("tenancy_invitation", "email", _STAFF_ADDRESS, "to invite", THREE_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField("tenancy_invitation", "invited_by", _STAFF, "to say who invites", THREE_YEARS, OnErasure.KEEP),
    PersonalField("tenancy_token", "created_by", _STAFF, "to account for a token", THREE_YEARS, OnErasure.KEEP),
    PersonalField("account_emailaddress", "email", _STAFF_ADDRESS, "to sign in", THREE_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField("mfa_authenticator", "data", "a key of theirs", "to sign in", THREE_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField(
        "usersessions_usersession", "ip", _WHERE_FROM, "to list and end sessions", TWO_WEEKS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "usersessions_usersession",
        "user_agent",
        "their browser",
        "to list sessions",
        TWO_WEEKS,
        OnErasure.PSEUDONYMISE,
    ),
    PersonalField(
        "django_session", "session_data", "a session", "to stay signed in", TWO_WEEKS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("webhooks_endpoint", "created_by", _STAFF, "to account for a change", THREE_YEARS, OnErasure.KEEP),
    PersonalField("webhooks_delivery", "data", _CUSTOMER, "to send it again", A_MONTH, OnErasure.PSEUDONYMISE),
    PersonalField(
        "webhooks_attempt",
        "answer",
        "what the shop's own system answered",
        "to find why it failed",
        A_MONTH,
        OnErasure.KEEP,
    ),
    PersonalField(
        "webhooks_jobfailure",
        "reason",
        "an error may quote what it met",
        "to find why it failed",
        A_WEEK,
        OnErasure.KEEP,
    ),
    PersonalField(
        "members_coupon", "customer_id", _CUSTOMER, "to keep their coupons", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "members_couponuse", "customer_id", _CUSTOMER, "to explain a use", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("members_couponuse", "used_by", _STAFF, "to account for a use", THREE_YEARS, OnErasure.KEEP),
    PersonalField("members_couponuse", "undone_by", _STAFF, "to account for undoing it", THREE_YEARS, OnErasure.KEEP),
    PersonalField("members_batch", "made_by", _STAFF, "to account for codes", THREE_YEARS, OnErasure.KEEP),
    PersonalField(
        "members_checkincard", "customer_id", _CUSTOMER, "to count their days", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        *("members_redemption", "customer_id", _CUSTOMER),
        *("to hand over what they redeemed", THREE_YEARS, OnErasure.PSEUDONYMISE),
    ),
    PersonalField(
        *("members_redemption", "payment", "the shop's own number of a payment"),
        *("to pay money back", THREE_YEARS, OnErasure.PSEUDONYMISE),
    ),
    PersonalField(
        *("members_redemption", "parcel", "the number of a parcel to them"),
        *("to find what was sent", THREE_YEARS, OnErasure.PSEUDONYMISE),
    ),
    PersonalField("members_redemption", "ended_by", _STAFF, "to account for its end", THREE_YEARS, OnErasure.KEEP),
    PersonalField(
        *("members_birthdaycard", "customer_id", _CUSTOMER),
        *("to give for a birthday once a year", THREE_YEARS, OnErasure.PSEUDONYMISE),
    ),
    PersonalField(
        "members_lot", "customer_id", _CUSTOMER, "to keep their points", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "members_line", "customer_id", _CUSTOMER, "to explain their points", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        *("members_line", "reason", "what was written of a spending or a correction"),
        *("to explain their points", THREE_YEARS, OnErasure.KEEP),
    ),
    PersonalField(
        "members_standing", "customer_id", _CUSTOMER, "to know their tier", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "members_tierstep", "customer_id", _CUSTOMER, "to explain their tier", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "members_tiergift", "customer_id", _CUSTOMER, "to know their tier", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("members_signinlink", "customer_id", _CUSTOMER, "to let them in", A_MONTH, OnErasure.PSEUDONYMISE),
    PersonalField("members_signinlink", "made_by", _STAFF, "to account for a link", A_MONTH, OnErasure.KEEP),
    PersonalField("members_entrysecret", "made_by", _STAFF, "to account for a secret", A_MONTH, OnErasure.KEEP),
    PersonalField(
        *("members_signedout", "customer_id", _CUSTOMER),
        *("to end sessions of theirs", THREE_YEARS, OnErasure.PSEUDONYMISE),
    ),
    PersonalField("members_entrytry", "network", "a hash of a network", "to limit tries", A_WEEK, OnErasure.KEEP),
    PersonalField(
        "members_debt", "customer_id", _CUSTOMER, "to know what they owe", THREE_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_link", "customer_id", _CUSTOMER, "to reward whom a link brings", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_click", "customer_id", _CUSTOMER, "to tell who brought them", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_click",
        "visitor",
        "a hash of a browser's mark",
        "to tell whose a click was",
        ONE_YEAR,
        OnErasure.KEEP,
    ),
    PersonalField(
        "referrals_click", "network", "a hash of a network", "to notice many from one place", ONE_YEAR, OnErasure.KEEP
    ),
    PersonalField(
        *("draws_photograph", "taken_by", _STAFF, "to account for a photograph", THREE_YEARS, OnErasure.KEEP)
    ),
    PersonalField(
        *("referrals_networkbucket", "network", "a hash of a network"),
        *("to count its clicks within a rate", ONE_YEAR, OnErasure.KEEP),
    ),
    PersonalField(
        "referrals_referral", "friend_id", _CUSTOMER, "to reward both sides", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_referral", "referrer_id", _CUSTOMER, "to reward both sides", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_referral",
        "network",
        "a hash of a network",
        "to notice many from one place",
        TWO_YEARS,
        OnErasure.KEEP,
    ),
    PersonalField(
        "referrals_alias", "gone", _CUSTOMER, "to know two numbers as one", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_alias", "kept", _CUSTOMER, "to know two numbers as one", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_mark", "customer_id", _CUSTOMER, "to refuse one household", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_mark",
        "digest",
        "a hash of a telephone number or address",
        "to refuse one household",
        TWO_YEARS,
        OnErasure.PSEUDONYMISE,
    ),
    PersonalField("referrals_payee", "customer_id", _CUSTOMER, "to pay them", THREE_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField(
        "referrals_payee", "sealed_account", "their account, sealed", "to pay them", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "referrals_payee", "sealed_name", "their name, sealed", "to pay them", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("referrals_payee", "bank", "their bank", "to pay them", TWO_YEARS, OnErasure.PSEUDONYMISE),
    PersonalField(
        "referrals_payout",
        "customer_id",
        _CUSTOMER,
        "to account for what was paid",
        THREE_YEARS,
        OnErasure.PSEUDONYMISE,
    ),
    PersonalField("referrals_batch", "made_by", _STAFF, "to account for a payment", THREE_YEARS, OnErasure.KEEP),
    PersonalField("referrals_batch", "approved_by", _STAFF, "to account for a payment", THREE_YEARS, OnErasure.KEEP),
    PersonalField(
        "draws_ticket", "customer_id", _CUSTOMER, "to draw with their chance", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField(
        "draws_ticket",
        "customer",
        "a word that stands for a customer in one draw's published log",
        "to let anyone check the draw",
        TWO_YEARS,
        OnErasure.KEEP,
    ),
    PersonalField(
        "draws_standing",
        "customer",
        "a word that stands for a customer in one draw's published log",
        "to keep the limits of wins",
        TWO_YEARS,
        OnErasure.KEEP,
    ),
    PersonalField(
        "draws_win", "customer_id", _CUSTOMER, "to give them their prize", TWO_YEARS, OnErasure.PSEUDONYMISE
    ),
    PersonalField("draws_win", "note", "how a prize was sent", "to find a parcel", TWO_YEARS, OnErasure.KEEP),
    PersonalField("draws_draw", "valued_by", _STAFF, "to account for a draw", THREE_YEARS, OnErasure.KEEP),
    PersonalField(
        "api_keptanswer",
        "body",
        "the answer to a shop's program, which may name a customer's number",
        "to give the same answer to the same request",
        1,
        OnErasure.KEEP,
    ),
)
