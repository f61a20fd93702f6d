"""The page of the tree: what referrals have come to, and the largest trees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiacan.console.contracts import Visit
from jiacan.console.facade import page
from jiacan.kernel.messages import tell
from jiacan.referrals.facade.tree import figures
from jiacan.referrals.report.tree_picture import draw_tree
from jiacan.tenancy.contracts import Permission

MEANS = {
    "holders": tell("Customers who have a link of any plan."),
    "clicks": tell("Clicks on links; a visitor who clicks the same link again within half an hour counts once."),
    "friends": tell("Customers whom someone brought, whatever became of the rewards; refused ones do not count."),
    "k": tell("Friends brought, divided by customers with a link. Above 1, each brings more than one."),
    "days": tell("From the click that counts to the first order: half of all friends took no longer."),
    "orders": tell("Paid orders of everyone who was brought, the first one and all later ones, before refunds."),
    "spend": tell("What those orders' goods came to, before refunds."),
}


@page(needs=Permission.SEE_REFERRALS)
@require_safe
def tree(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Figures, the customers with the most below them, and a picture of each of the largest trees."""
    found = figures(visit.shop.id)
    drawn = [
        (shape, draw_tree(shape), tell("The tree below {customer}", customer=shape.root.customer_id))
        for shape in found.largest
    ]
    median = None if found.days is None else found.days[1]
    facts = {"visit": visit, "found": found, "drawn": drawn, "means": MEANS, "median": median}
    return render(request, "referrals/tree.html", facts)
