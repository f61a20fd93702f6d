"""Rehearsals asked for on a page and done by the worker: a plan's text replayed on uploaded orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from jiacan.campaigns.contracts.figures import Rehearsal
from jiacan.campaigns.contracts.rehearsed import (
    AskedRehearsal,
    BirthdayFile,
    FilesRead,
    NewRehearsal,
    NothingToRehearse,
    Result,
    Text,
    UploadGone,
    UploadMissing,
    UploadTooLarge,
)
from jiacan.campaigns.facade import planning, running
from jiacan.campaigns.store import rehearsals as store
from jiacan.campaigns.store import uploads
from jiacan.customers.contracts import BirthdaysRead
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Language, Message, Phrasebook
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import PlanHasErrors
from jiacan.tenancy.contracts import Actor, Shop
from jiacan.webhooks import facade as jobs

TASK = "campaigns.rehearse"
QUEUE = "rehearsals"
KEPT_FOR = timedelta(days=1)
"""How long uploaded files and bad rows are kept at most; results stay."""
LISTED = 20
BAD_LINES_TOLD = 10
"""So many bad rows of a file of customers are named; those of orders are handed back as a file."""

TOLD_EVERY = timedelta(seconds=1)
_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xls")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes in."""

    name: str
    size_bytes: int
    chunks: Iterable[bytes]


def ask(
    shop: Shop,
    plan_id: str,
    text: Text,
    *,
    orders: Upload | None,
    refunds: Upload | None,
    customers: Upload | None,
    language: Language,
    actor: Actor,
) -> AskedRehearsal:
    """Keep the files and have them rehearsed.

    Raises:
        CampaignUnknown, NothingToRehearse: the plan has no such text.
        PlanHasErrors: the text has errors.
        UploadMissing, UploadTooLarge: a file cannot be taken.
    """
    number, plan_text = _text(shop, plan_id, text)
    checked = plans.check_text(plan_text, source=plan_id)
    if checked.rules is None:
        raise PlanHasErrors(source=plan_id, problems=checked.errors)
    if orders is None or not orders.size_bytes:
        raise UploadMissing
    optional = {"refunds": refunds, "customers": customers}
    given = {"orders": orders} | {
        stem: each for stem, each in optional.items() if each is not None and each.size_bytes
    }
    names = {stem: each.name[:200] for stem, each in given.items()}
    for upload in given.values():
        if upload.size_bytes > settings.MAX_UPLOAD_BYTES:
            raise UploadTooLarge(name=upload.name, size_bytes=upload.size_bytes, most_bytes=settings.MAX_UPLOAD_BYTES)
    folder = uploads.new_folder()
    for stem, upload in given.items():
        uploads.keep(folder, stem + _ending(upload.name), upload.chunks)
    new = NewRehearsal(
        text=text,
        number=number,
        plan_text=plan_text,
        language=language,
        orders_name=names["orders"],
        refunds_name=names.get("refunds", ""),
        customers_name=names.get("customers", ""),
        size_bytes=sum(upload.size_bytes for upload in given.values()),
        folder=folder,
    )
    with transaction.atomic():
        asked = store.add_rehearsal(shop.id, plan_id, new, asked_by=actor.name)
        job = {"shop_id": shop.id, "rehearsal_id": asked.id, "language": language}
        jobs.defer(TASK, [job], queue_name=QUEUE)
    return asked


def _text(shop: Shop, plan_id: str, text: Text) -> tuple[int, str]:
    """The revision or version, and its text."""
    opened = planning.open_plan(shop, plan_id)
    if text is Text.DRAFT and opened.draft is not None:
        return opened.draft.revision, opened.draft.text
    if text is Text.LIVE and opened.version is not None:
        number = opened.version.number
        return number, plans.version_text(shop.id, plan_id, number)
    raise NothingToRehearse(text=text)


def _ending(name: str) -> str:
    """The name's ending where it is one of files of orders; what a file is, its first bytes say."""
    ending = Path(name).suffix.lower()
    return ending if ending in _ENDINGS else ".csv"


def find_all(shop_id: int, plan_id: str) -> tuple[AskedRehearsal, ...]:
    """The last rehearsals of the plan, the last first."""
    return store.find_rehearsals(shop_id, plan_id, LISTED)


def find(shop_id: int, plan_id: str, rehearsal_id: int) -> AskedRehearsal | None:
    """The rehearsal of that number, if it is of that plan."""
    found = store.find_rehearsal(shop_id, rehearsal_id)
    return found if found is not None and found.plan_id == plan_id else None


def rules_of(shop_id: int, rehearsal: AskedRehearsal) -> PlanRules:
    """The rules that were rehearsed.

    Raises:
        PlanHasErrors: this Jiacan no longer takes what an earlier one took.
    """
    checked = plans.check_text(store.find_plan_text(shop_id, rehearsal.id), source=rehearsal.plan_id)
    if checked.rules is None:
        raise PlanHasErrors(source=checked.source, problems=checked.errors)
    return checked.rules


def seconds_left(shop_id: int, rehearsal: AskedRehearsal, at: datetime) -> int | None:
    """About how long it still takes, told from how fast the shop's last one went; None where that is unknown."""
    last = store.find_last_done(shop_id)
    if last is None or last.took is None or rehearsal.began_at is None or not last.size_bytes:
        return None
    whole = last.took.total_seconds() * rehearsal.size_bytes / last.size_bytes
    return max(1, round(whole - (at - rehearsal.began_at).total_seconds()))


def find_bad_rows(rehearsal: AskedRehearsal) -> Path | None:
    """The file of rows that could not be taken, as long as it is kept."""
    return uploads.find(rehearsal.folder, "bad-rows")


# --- the worker's part ------------------------------------------------------------------------------------


def rehearse(
    shop_id: int, rehearsal_id: int, words_in: Callable[[ZoneInfo], Phrasebook], now: Callable[[], datetime]
) -> None:
    """Do what was asked for; a failure is kept in words, too. Its files are deleted then, but for bad rows.

    Safe to repeat: one that came to an end stays as it is.
    """
    asked = store.find_rehearsal(shop_id, rehearsal_id)
    if asked is None or not asked.is_under_way:
        return
    store.save_began(shop_id, rehearsal_id, now())
    folder = uploads.path_of(asked.folder)
    words = words_in(ZoneInfo("UTC"))
    try:
        words = words_in(rules_of(shop_id, asked).zone)
        found = _replay(shop_id, asked, folder, words, now)
    except JiacanError as error:
        reason = words.say(error.message()).replace(f"{folder}/", "")
        store.save_failure(shop_id, rehearsal_id, reason, now())
    else:
        result = Result(_read(found, words), found.figures, found.unasked)
        store.save_result(shop_id, rehearsal_id, result, now())
    uploads.forget(asked.folder, "orders", "refunds", "customers")


def _replay(
    shop_id: int, asked: AskedRehearsal, folder: Path, words: Phrasebook, now: Callable[[], datetime]
) -> Rehearsal:
    orders, refunds, customers = (uploads.find(asked.folder, stem) for stem in ("orders", "refunds", "customers"))
    gone = (asked.refunds_name and refunds is None) or (asked.customers_name and customers is None)
    if orders is None or gone:
        raise UploadGone
    uploads.forget(asked.folder, "bad-rows")
    plan = plans.check_text(store.find_plan_text(shop_id, asked.id), source=asked.plan_id)
    files = running.OrderFiles((orders,), () if refunds is None else (refunds,), folder / "bad-rows.csv", customers)
    return running.rehearse(plan, files, words=words, on_progress=_Progress(shop_id, asked.id, now))


def _read(found: Rehearsal, words: Phrasebook) -> FilesRead:
    read = found.read
    return FilesRead(
        rows=read.rows,
        orders=read.orders,
        unpaid_orders=read.unpaid_orders,
        refunds=read.refunds,
        repeated_rows=read.repeated_rows,
        bad_rows=read.bad_rows,
        set_aside=tuple((words.say(each.what), each.rows) for each in read.set_aside),
        unknown_columns=read.unknown_columns,
        notes=tuple(words.say(note) for note in read.notes),
        birthdays=None if found.birthdays is None else _birthdays(found.birthdays),
    )


def _birthdays(read: BirthdaysRead) -> BirthdayFile:
    return BirthdayFile(len(read.told), len(read.bad_rows), tuple(row.line for row in read.bad_rows[:BAD_LINES_TOLD]))


class _Progress:
    """Writes down how far a rehearsal is, not oftener than somebody could read it."""

    def __init__(self, shop_id: int, rehearsal_id: int, now: Callable[[], datetime]) -> None:
        self._of = shop_id, rehearsal_id
        self._now = now
        self._told: tuple[str, datetime] | None = None

    def __call__(self, doing: Message, share: float) -> None:
        at = self._now()
        if self._told is None or self._told[0] != doing.text or at - self._told[1] >= TOLD_EVERY:
            self._told = doing.text, at
            store.save_progress(*self._of, doing=doing.text, share=share)


def forget_uploads(at: datetime) -> None:
    """Delete what was uploaded more than a day ago; what still waits for such files has failed, without words."""
    uploads.forget_older(at - KEPT_FOR)
    store.give_up(at - KEPT_FOR, at)
