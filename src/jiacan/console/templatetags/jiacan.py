"""What templates say and show with: words and figures in the reader's language, moments in the shop's zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zlib import crc32

from django import template
from django.conf import settings
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jiacan.console import facade
from jiacan.console.contracts import Visit
from jiacan.console.core import words as writing
from jiacan.console.core.browsers import browser_words
from jiacan.console.core.drawing import HEIGHT, WIDTH, spark_of, without_styles
from jiacan.console.core.roles import ROLE_NAMES
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import tell
from jiacan.kernel.money import Money
from jiacan.tenancy.contracts import Permission, Role

register = template.Library()
Figure = int | float | Decimal
_MOMENTS = {"day": "%m-%d", "minute": "%m-%d %H:%M", "second": "%m-%d %H:%M:%S", "clock": "%H:%M"}
NOT_KNOWN = tell("Not known yet")


@register.filter
def say(value: object) -> str:
    """A Message, Name, error or other value in the reader's language."""
    return facade.words().word(value.message() if isinstance(value, JiacanError) else value)


@register.filter
def role_name(role: Role | str) -> str:
    """What a role is called."""
    return say(ROLE_NAMES[Role(role)])


@register.filter
def browser_name(user_agent: str) -> str:
    """Which browser someone signed in with."""
    return browser_words(user_agent)


@register.filter
def may(visit: Visit | None, permission: str) -> bool:
    """Whether who looks has the permission: `{% if visit|may:"plans.edit" %}`."""
    return visit is not None and visit.may(Permission(permission))


# --- figures ----------------------------------------------------------------------------------------------


@register.filter
def money(value: Money | int | None, how: str = "") -> str:
    """Money with its sign; `how` is "whole" to leave the cents, or the currency of a bare minor amount."""
    if value is None:
        return unknown()
    if not isinstance(value, Money):
        return writing.money_words(Money(value, how), facade.words().language)
    write = writing.whole_money_words if how == "whole" else writing.money_words
    return write(value, facade.words().language)


@register.filter
def number(value: Figure | None, how: str | int = 0) -> str:
    """A number with its thousands; `how` is "short" for few places, or how many decimals at most."""
    if value is None:
        return unknown()
    if how == "short":
        return writing.short_number_words(value, facade.words().language)
    return writing.number_words(value, facade.words().language, decimals=int(how))


@register.filter
def share(value: float | None) -> str:
    """A share of one in percent."""
    return unknown() if value is None else writing.share_words(value, facade.words().language)


@register.simple_tag
def unknown(reason: object = NOT_KNOWN) -> SafeString:
    """A dash for what is not known, with the reason for whoever points at it or listens."""
    said = say(reason)
    return format_html('<span class="unknown" title="{}">–<span class="off-screen">{}</span></span>', said, said)


@register.simple_tag(takes_context=True)
def definition(context: Context, label: object, text: object, period: object = "") -> SafeString:
    """A label that says on hover or tap what it means: `{% definition name meaning period %}`."""
    seen = context.render_context.setdefault("definitions", [0])
    seen[0] += 1
    key = f"d{seen[0]}-{crc32(f'{say(label)} {say(text)}'.encode()):x}"  # the same when a fragment is drawn again
    return format_html(
        '<button type="button" class="asks" popovertarget="{}">{}</button>'
        '<span class="tip" id="{}" popover><b>{}</b>{} {}</span>',
        *(key, say(label), key, say(label), say(text), say(period)),
    )


# --- moments ----------------------------------------------------------------------------------------------


@register.filter
def at(moment: datetime | date | None, how: str = "minute") -> str:
    """A moment in the shop's zone, which is said on pointing at it; `how` is day, minute, second, clock or age.

    The year is written only where it is not this one. `age` is told by script as "3 minutes ago".
    """
    if moment is None:
        return unknown()
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), moment.isoformat())
    local = timezone.localtime(moment)
    year = "" if how == "clock" or local.year == timezone.localtime().year else f"{local.year}-"
    said = year + local.strftime(_MOMENTS.get(how, _MOMENTS["minute"]))
    zone = f"{local.tzinfo} (UTC{local:%z})"
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S} {zone}",
        mark_safe(" data-age") if how == "age" else "",
        said,
    )


# --- drawings ---------------------------------------------------------------------------------------------


@register.simple_tag
def spark(values: Sequence[float | None], title: object) -> SafeString:
    """A spark line of the values, oldest first; None is a gap. `title` says what it shows, for whoever listens."""
    drawn = spark_of(values)
    if drawn is None:
        return SafeString("")
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="area" d="{}"/><path class="line" d="{}"/><path class="last" d="M{} {}h.01"/></svg>',
        *(WIDTH, HEIGHT, say(title), drawn.area, drawn.line, f"{drawn.x:.1f}", f"{drawn.y:.1f}"),
    )


@register.inclusion_tag("console/parts/meter.html")
def meter(
    used: Figure,
    whole: Figure,
    label: object,
    promised: Figure = 0,
    says: object = "",
    state: str = "",
    expected: Figure | None = None,
) -> dict[str, object]:
    """A bar filled by what is used and promised of a whole, with words on it and a dashed line at what is expected.

    `label` says what it shows to whoever listens, `says` are the words on the bar; `state` is "", "good", "watch" or
    "act"; "slim" may stand with it: "watch slim".
    """
    filled = _percent(used, whole)
    return {
        "label": label,
        "says": says,
        "classes": " ".join(part if part == "slim" else f"is-{part}" for part in state.split()),
        "whole": str(whole),
        "now": f"{min(float(used) + float(promised), float(whole)):g}",
        "filled": f"{filled:.2f}",
        "promised": f"{min(_percent(promised, whole), 100 - filled):.2f}",
        "expected": None if expected is None else f"{_percent(expected, whole):.2f}",
    }


@register.simple_tag
def chart(svg: str, title: object) -> SafeString:
    """A chart of ours in the page, without the styles that the content policy refuses; `title` says what it shows."""
    label = format_html(' role="img" aria-label="{}"', say(title))
    drawn = without_styles(svg).replace("<svg", f"<svg{label}", 1)
    return format_html('<figure class="chart">{}</figure>', mark_safe(drawn))  # noqa: S308 - drawn by us, text escaped


def _percent(part: Figure, whole: Figure) -> float:
    return min(100.0, 100.0 * float(part) / float(whole)) if whole else 0.0


# --- the frame --------------------------------------------------------------------------------------------


@register.inclusion_tag("console/parts/places.html", takes_context=True)
def places(context: Context, group: str, plan_id: str = "") -> dict[str, object]:
    """Links to those places of a group that who looks may enter: "shop", "campaign" (of its plan_id), "settings"."""
    matched = getattr(context.get("request"), "resolver_match", None)
    route = (matched and matched.url_name) or ""
    found = facade.places_of(context["visit"], group, plan_id=plan_id)
    return {"places": [(place, address, place.holds(route)) for place, address in found], "group": group}


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that was chosen, light or dark; empty where the system decides."""
    chosen = context["request"].COOKIES.get(facade.THEME_COOKIE, "")
    return chosen if chosen in facade.THEMES else ""


@register.simple_tag
def sends_mail() -> bool:
    """Whether this server can send mail."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


@register.filter
def dom_id(text: object) -> str:
    """Text as part of an element's id."""
    return "".join(letter if letter.isalnum() else "-" for letter in str(text))
