"""What the permissions are called, in the order in which people think of them."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission

PERMISSION_NAMES: Mapping[Permission, Message] = {
    Permission.SEE_CAMPAIGNS: tell("See campaigns"),
    Permission.WORK_TASKS: tell("Work on tasks"),
    Permission.EDIT_PLANS: tell("Edit plans"),
    Permission.REHEARSE: tell("Rehearse plans"),
    Permission.GO_LIVE: tell("Let plans go live"),
    Permission.TAKE_ALARMS: tell("Take alarms"),
    Permission.SEE_AWARDS: tell("See awards and receipts"),
    Permission.CLAW_BACK: tell("Claw back by hand"),
    Permission.SEE_CUSTOMERS: tell("See customers"),
    Permission.SEE_ORDERS: tell("See orders"),
    Permission.SEND_ORDERS: tell("Send orders and refunds"),
    Permission.QUOTE: tell("Quote prices for a cart"),
    Permission.RESERVE: tell("Reserve benefits"),
    Permission.SEE_REFERRALS: tell("See who brought whom"),
    Permission.BRING_FRIENDS: tell("Make links and note their clicks"),
    Permission.REVIEW_REFERRALS: tell("Decide doubtful referrals"),
    Permission.PREPARE_PAYOUTS: tell("Prepare payouts"),
    Permission.APPROVE_PAYOUTS: tell("Approve payouts"),
    Permission.SEE_DRAWS: tell("See draws and who won"),
    Permission.HOLD_DRAWS: tell("Hold draws"),
    Permission.PLAY_DRAWS: tell("Draw tickets for customers"),
    Permission.SHIP_PRIZES: tell("Ship and settle prizes"),
    Permission.SEE_POINTS: tell("See customers' points"),
    Permission.SPEND_POINTS: tell("Spend customers' points"),
    Permission.CORRECT_POINTS: tell("Correct points by hand"),
    Permission.SEE_COUPONS: tell("See customers' coupons"),
    Permission.USE_COUPONS: tell("Use coupons and give them back"),
    Permission.MAKE_CODES: tell("Make coupon codes"),
    Permission.SEE_CHECK_INS: tell("See customers' check-ins"),
    Permission.CHECK_IN: tell("Record check-ins and make up days"),
    Permission.SEE_MALL: tell("See the points mall and redemptions"),
    Permission.REDEEM: tell("Redeem points for customers, and cancel that"),
    Permission.SHIP_REDEMPTIONS: tell("Send what was redeemed"),
    Permission.UPLOAD_CODES: tell("Upload codes for the points mall"),
    Permission.SEE_BIRTHDAYS: tell("See customers' birthdays"),
    Permission.RECORD_BIRTHDAYS: tell("Record and delete customers' birthdays"),
    Permission.LET_MEMBERS_IN: tell("Let customers in to their member page"),
    Permission.SEE_BUDGET: tell("See budgets"),
    Permission.SEE_REPORT: tell("See reports"),
    Permission.EXPORT: tell("Export data"),
    Permission.MANAGE_SHOP: tell("Change the shop"),
    Permission.MANAGE_PEOPLE: tell("Invite people and give roles"),
    Permission.MANAGE_TOKENS: tell("Make and revoke tokens"),
    Permission.MANAGE_WEBHOOKS: tell("Set up webhooks"),
    Permission.SEE_AUDIT: tell("See the audit"),
    Permission.SEE_JOBS: tell("See the server's jobs"),
}
