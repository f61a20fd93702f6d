"""The addresses of referrals: the staff's under /s/, the short ones under /r/."""

from __future__ import annotations

from django.urls import path

from jiacan.referrals.web import payouts, public, referrals, tree

_REFERRALS = "s/<str:shop>/referrals"

urlpatterns = [
    path("r/<str:code>", public.link, name="referral-link"),
    path("r/<str:code>/poster.<str:form>", public.poster, name="referral-poster"),
    path(f"{_REFERRALS}/", referrals.referrals, name="referrals-list"),
    path(f"{_REFERRALS}/export", referrals.export, name="referrals-export"),
    path(f"{_REFERRALS}/links", referrals.make_link, name="referrals-link"),
    path(f"{_REFERRALS}/review", referrals.review, name="referrals-review"),
    path(f"{_REFERRALS}/<int:referral_id>/let-count", referrals.let_count, name="referrals-let-count"),
    path(f"{_REFERRALS}/<int:referral_id>/refuse", referrals.refuse, name="referrals-refuse"),
    path(f"{_REFERRALS}/tree", tree.tree, name="referrals-tree"),
    path(f"{_REFERRALS}/payouts", payouts.payouts, name="referrals-payouts"),
    path(f"{_REFERRALS}/payouts/export", payouts.export, name="referrals-payouts-export"),
    path(f"{_REFERRALS}/payouts/payee", payouts.save_payee, name="referrals-payee"),
    path(f"{_REFERRALS}/payouts/batch", payouts.make_batch, name="referrals-batch"),
    path(f"{_REFERRALS}/payouts/<int:batch_id>/approve", payouts.approve, name="referrals-batch-approve"),
    path(f"{_REFERRALS}/payouts/<int:batch_id>/decline", payouts.decline, name="referrals-batch-decline"),
    path(f"{_REFERRALS}/payouts/<int:batch_id>/file", payouts.bank_file, name="referrals-batch-file"),
    path(f"{_REFERRALS}/payouts/<int:batch_id>/paid", payouts.mark_paid, name="referrals-batch-paid"),
]
