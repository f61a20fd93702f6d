"""Marks that are compared, and files that banks take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiacan.referrals.contracts.payouts import Method, Payee
from jiacan.referrals.contracts.referrals import Side
from jiacan.referrals.core.bank_files import ENCODING, Line, rows
from jiacan.referrals.core.marks import to_address, to_network, to_phone
from jiacan.referrals.core.rewards import occasion_id


def test_one_telephone_number_is_one_however_it_is_written():
    written = ("13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "86 13800138000", "１３８００１３８０００")
    assert {to_phone(text) for text in written} == {"13800138000"}


def test_numbers_of_other_countries_keep_their_code():
    assert to_phone("+44 20 7946 0018") == "442079460018"
    assert to_phone("none") == ""


def test_one_address_is_one_whatever_its_width_and_punctuation():
    assert to_address("上海市静安区 南京西路 １２３ 号，5 楼") == to_address("上海市静安区南京西路123号5楼")
    assert to_address("12 High St, Flat B") != to_address("12 High St, Flat C")


def test_a_network_is_wider_than_an_address():
    assert to_network("203.0.113.7") == to_network("203.0.113.200") == "203.0.113.0/24"
    assert to_network("203.0.114.7") != to_network("203.0.113.7")
    assert to_network("::ffff:203.0.113.7") == "203.0.113.0/24"


@given(st.text(max_size=60))
def test_marks_of_any_text_are_stable(text):
    assert to_phone(to_phone(text)) == to_phone(text)
    assert to_address(to_address(text)) == to_address(text)
    assert to_network(text) == "" or "/" in to_network(text)


def test_alipay_gets_its_own_template():
    line = Line(Payee("c-1", Method.ALIPAY, "anna@example.com", "安娜"), 800, "推荐奖励")
    written = list(rows(Method.ALIPAY, [line]))
    assert written == [
        ("支付宝批量付款文件模板",),
        ("序号（必填）", "收款方支付宝账号（必填）", "收款方姓名（必填）", "金额（必填，单位：元）", "备注（选填）"),
        ("1", "anna@example.com", "安娜", "8.00", "推荐奖励"),
    ]
    assert "".join(written[0]).encode(ENCODING) == "支付宝批量付款文件模板".encode("gbk")


def test_mybank_gets_its_own_columns():
    line = Line(Payee("c-1", Method.BANK, "6222000012345678", "安娜", "招商银行"), 1205, "推荐奖励")
    assert list(rows(Method.BANK, [line])) == [
        ("收款方名称", "收款方账号", "收款方开户行名称", "收款行联行号", "金额", "附言/用途"),
        ("安娜", "6222000012345678", "招商银行", "", "12.05", "推荐奖励"),
    ]


def test_an_occasion_names_the_referral_and_nobody():
    assert occasion_id("spring", 7, Side.REFERRER) == "~referral/spring/7/referrer"
