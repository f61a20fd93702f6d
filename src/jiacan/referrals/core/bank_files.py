"""The files that Alipay and MYbank take, in their own columns.

Alipay: 批量付款到支付宝账户, the template of its merchants' site. MYbank: 批量转账, to accounts at any bank.
Both are CSV in GBK. Source: the templates that the sites hand out, as open payment systems write them; a site can
change its template, so the first file is held against it before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jiacan.kernel.money import to_major
from jiacan.referrals.contracts.payouts import Method, Payee

ENCODING = "gb18030"
"""GBK with every character that a name may have; the same bytes wherever GBK has them."""

ALIPAY_TITLE = ("支付宝批量付款文件模板",)
ALIPAY_COLUMNS = (
    "序号（必填）",
    "收款方支付宝账号（必填）",
    "收款方姓名（必填）",
    "金额（必填，单位：元）",
    "备注（选填）",
)
MYBANK_COLUMNS = ("收款方名称", "收款方账号", "收款方开户行名称", "收款行联行号", "金额", "附言/用途")


@dataclass(frozen=True, slots=True)
class Line:
    """One payment."""

    payee: Payee
    amount_minor: int
    purpose: str


def rows(method: Method, lines: Iterable[Line]) -> Iterator[tuple[str, ...]]:
    """The rows of the method's file; amounts are in yuan."""
    match method:
        case Method.ALIPAY:
            yield ALIPAY_TITLE
            yield ALIPAY_COLUMNS
            for number, line in enumerate(lines, start=1):
                payee = line.payee
                yield str(number), payee.account, payee.name, _yuan(line), line.purpose
        case Method.BANK:
            yield MYBANK_COLUMNS
            for line in lines:
                payee = line.payee
                yield payee.name, payee.account, payee.bank, "", _yuan(line), line.purpose


def _yuan(line: Line) -> str:
    return f"{to_major(line.amount_minor, 'CNY'):.2f}"
