"""The addresses of campaigns: the staff's under /s/, the customers' under /c/ and /r/."""

from __future__ import annotations

from django.urls import path

from jiacan.campaigns.web import (
    awards,
    budget,
    going_live,
    home,
    live,
    members,
    offers,
    plan,
    public,
    rehearse,
    report,
    room,
    tasks,
    versions,
)

CAMPAIGN = "s/<str:shop>/campaigns/<str:plan_id>/"

urlpatterns = [
    path("s/<str:shop>/", home.home, name="home"),
    path("s/<str:shop>/campaigns/", home.campaigns, name="campaigns"),
    path(f"{CAMPAIGN}room", room.room, name="campaign-room"),
    path(f"{CAMPAIGN}live", live.live, name="campaign-live"),
    path(f"{CAMPAIGN}chart", room.chart, name="campaign-room-chart"),
    path(f"{CAMPAIGN}budget", budget.budget, name="campaign-budget"),
    path(f"{CAMPAIGN}budget/transfers", budget.statement, name="campaign-budget-transfers"),
    path(f"{CAMPAIGN}budget/export", budget.export, name="campaign-budget-export"),
    path(f"{CAMPAIGN}report", report.report, name="campaign-report"),
    path(f"{CAMPAIGN}report/ask", report.ask, name="campaign-report-ask"),
    path(f"{CAMPAIGN}report/document", report.document, name="campaign-report-document"),
    path(f"{CAMPAIGN}report/file/<str:form>", report.download, name="campaign-report-file"),
    path(f"{CAMPAIGN}alarms/<int:alarm_id>", room.alarm, name="campaign-room-alarm"),
    path(f"{CAMPAIGN}alarms/<int:alarm_id>/take", room.take_alarm, name="campaign-room-alarm-take"),
    path(f"{CAMPAIGN}alarms/<int:alarm_id>/close", room.close_alarm, name="campaign-room-alarm-close"),
    path("s/<str:shop>/campaigns/new", plan.new, name="campaign-new"),
    path(f"{CAMPAIGN}plan", plan.plan, name="campaign-plan"),
    path(f"{CAMPAIGN}plan/save", plan.save, name="campaign-plan-save"),
    path(f"{CAMPAIGN}plan/check", plan.check, name="campaign-plan-check"),
    path(f"{CAMPAIGN}plan/discard", plan.discard, name="campaign-plan-discard"),
    path(f"{CAMPAIGN}plan/ask", going_live.ask, name="campaign-plan-ask"),
    path(f"{CAMPAIGN}plan/approve", going_live.approve, name="campaign-plan-approve"),
    path(f"{CAMPAIGN}plan/decline", going_live.decline, name="campaign-plan-decline"),
    path(f"{CAMPAIGN}plan/versions", versions.versions, name="campaign-plan-versions"),
    path(f"{CAMPAIGN}plan/versions/<int:number>", versions.version, name="campaign-plan-version"),
    path(f"{CAMPAIGN}rehearse", rehearse.rehearse, name="campaign-rehearse"),
    path(f"{CAMPAIGN}rehearse/<int:rehearsal_id>", rehearse.one, name="campaign-rehearse-one"),
    path(f"{CAMPAIGN}rehearse/<int:rehearsal_id>/bad-rows.csv", rehearse.bad_rows, name="campaign-rehearse-bad-rows"),
    path(f"{CAMPAIGN}offers", offers.offers, name="campaign-offers"),
    path(f"{CAMPAIGN}why", offers.why, name="campaign-offers-why"),
    path(f"{CAMPAIGN}awards", awards.awards, name="campaign-awards"),
    path(f"{CAMPAIGN}awards.csv", awards.export, name="campaign-awards-export"),
    path(f"{CAMPAIGN}awards/<path:order_id>/take-back", awards.take_back, name="campaign-awards-take-back"),
    path(f"{CAMPAIGN}awards/<path:order_id>", awards.award, name="campaign-awards-award"),
    path(f"{CAMPAIGN}tasks", tasks.board, name="campaign-tasks"),
    path(f"{CAMPAIGN}tasks/<str:task_id>", tasks.task, name="campaign-tasks-task"),
    path(f"{CAMPAIGN}tasks/<str:task_id>/step", tasks.take_step, name="campaign-tasks-step"),
    path("s/<str:shop>/members/", members.member, name="members"),
    path("s/<str:shop>/members/correct", members.correct, name="members-correct"),
    path("c/<str:shop>/<str:plan_id>/", public.campaign, name="public-campaign"),
    path("c/<str:shop>/<str:plan_id>/qr.svg", public.campaign_qr, name="public-campaign-qr"),
    path("r/<str:secret>/", public.receipt, name="public-receipt"),
]
