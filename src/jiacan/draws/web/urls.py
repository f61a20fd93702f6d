"""The addresses of draws: everyone's under /d/, a customer's under /t/, the staff's under /s/."""

from __future__ import annotations

from django.urls import path

from jiacan.draws.web import held, public, stage, tickets, winners

_DRAWS = "s/<str:shop>/campaigns/<str:plan_id>/draws/"
_DRAW = f"{_DRAWS}<str:draw_id>"

urlpatterns = [
    path("draws/check", public.check_any, name="draws-check"),
    path("d/<str:code>/", public.draw, name="draw-public"),
    path("d/<str:code>/qr.svg", public.qr, name="draw-qr"),
    path("d/<str:code>/photographs/<str:sha256>", public.photograph, name="draw-photograph"),
    path("d/<str:code>/winners", public.winners, name="draw-winners"),
    path("d/<str:code>/check", public.check, name="draw-check"),
    path("d/<str:code>/file.json", public.file, name="draw-file"),
    path("t/<str:secret>/", tickets.ticket, name="draw-ticket"),
    path("t/<str:secret>/claim", tickets.claim, name="draw-ticket-claim"),
    path("t/<str:secret>/receipt.json", tickets.receipt, name="draw-ticket-receipt"),
    path(_DRAWS, held.draws, name="campaign-draws"),
    path(f"{_DRAWS}winners", winners.winners, name="campaign-draws-winners"),
    path(f"{_DRAWS}winners.csv", winners.export, name="campaign-draws-export"),
    path(f"{_DRAWS}winners/preview", winners.preview, name="campaign-draws-preview"),
    path(f"{_DRAWS}winners/do", winners.carry_out, name="campaign-draws-do"),
    path(f"{_DRAW}/page", held.draw, name="campaign-draws-draw"),
    path(f"{_DRAW}/close", held.close, name="campaign-draws-close"),
    path(f"{_DRAW}/value", held.enter_value, name="campaign-draws-value"),
    path(f"{_DRAW}/reveal", held.reveal, name="campaign-draws-reveal"),
    path(f"{_DRAW}/photograph", held.photograph, name="campaign-draws-photograph"),
    path(f"{_DRAW}/photograph/remove", held.remove_photograph, name="campaign-draws-photograph-remove"),
    path(f"{_DRAW}/stage", stage.stage, name="campaign-draws-stage"),
    path(f"{_DRAW}/stage/screen", stage.screen, name="campaign-draws-screen"),
    path(f"{_DRAW}/stage/begin", stage.begin, name="campaign-draws-begin"),
    path(f"{_DRAW}/stage/name", stage.name, name="campaign-draws-name"),
    path(f"{_DRAW}/stage/next", stage.show_next, name="campaign-draws-next"),
    path(f"{_DRAW}/stage/end", stage.end, name="campaign-draws-end"),
]
