"""Plans: checked, and put to whoever may let them go live."""

from __future__ import annotations

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.facade import publishing
from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import Answer, operation
from jiacan.api.web.shapes.campaigns import (
    PlanChecked,
    PlanIn,
    Published,
    PublishIn,
    PublishState,
    VersionsShape,
    to_problems,
    to_version,
)
from jiacan.api.web.shapes.values import Slug
from jiacan.campaigns.contracts.planning import ApproverMayNot, OtherShopsPlan
from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.console.facade import words
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import DraftMoved, PlanHasErrors, PlanMoved
from jiacan.tenancy.contracts import Permission

router = Router(tags=["plans"])

CAMPAIGN_UNKNOWN = Kind(CampaignUnknown, 404, tell("No such campaign"))


@operation(router, "POST", "/plans/check", asks=Permission.EDIT_PLANS, answers={200: PlanChecked})
def check_plan(request: Call, body: PlanIn) -> PlanChecked:
    """Check a plan.

    Every error and warning at once, with its line and column. Nothing is kept.
    """
    checked = plans.check_text(body.text, source="plan")
    return PlanChecked(
        plan_id=checked.document.plan_id if checked.document else None,
        fit=not checked.errors,
        problems=to_problems(checked.problems, words(request.auth.shop.zone)),
    )


@operation(
    router,
    "POST",
    "/plans/publish",
    asks=Permission.GO_LIVE,
    answers={200: Published, 202: Published},
    problems=(
        Kind(PlanHasErrors, 422, tell("The plan has errors")),
        Kind(OtherShopsPlan, 422, tell("Another shop's plan")),
        Kind(ApproverMayNot, 422, tell("Not an approver")),
        Kind(DraftMoved, 409, tell("Someone else's draft")),
        Kind(PlanMoved, 409, tell("The plan's books cannot change so")),
    ),
)
def publish_plan(request: Call, body: PublishIn) -> Answer:
    """Publish a plan.

    202: the text is kept as a draft and put to the approver, who sees in the console what will happen and says yes or
    no. Send the same text again to learn how it stands; 200: it is in force, and `approver` says who let it go live.
    """
    at = timezone.now()
    shop = request.auth.shop
    say = words(shop.zone)
    found = publishing.publish(
        shop, body.text, approver=body.approver, note=body.note, actor=actor_of(request), at=at
    )
    warnings = to_problems(found.checked.problems, say)
    match found:
        case publishing.InForce(version=version):
            return Answer(
                200,
                Published(
                    plan_id=version.plan_id,
                    state=PublishState.LIVE,
                    version=version.number,
                    revision=None,
                    approver=version.approver,
                    problems=warnings,
                ),
            )
        case publishing.Waiting(approval=approval):
            return Answer(
                202,
                Published(
                    plan_id=approval.plan_id,
                    state=PublishState.ASKED,
                    version=None,
                    revision=approval.revision,
                    approver=approval.approver,
                    problems=warnings,
                ),
            )


@operation(
    router,
    "GET",
    "/plans/{plan_id}/versions",
    asks=Permission.SEE_CAMPAIGNS,
    answers={200: VersionsShape},
    problems=(CAMPAIGN_UNKNOWN,),
)
def list_versions(request: Call, plan_id: Path[Slug]) -> VersionsShape:
    """The versions of a plan.

    Every version that went live, who brought it and who approved it, the first one first.
    """
    versions = plans.find_versions(request.auth.shop.id, plan_id)
    if not versions:
        raise CampaignUnknown(plan_id=plan_id)
    return VersionsShape(plan_id=plan_id, versions=[to_version(version) for version in versions])
