"""Messages are facts first: one sentence, told in the reader's language and clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from jiacan.kernel.errors import FileUnreadable
from jiacan.kernel.messages import Name, Phrasebook, tell
from jiacan.kernel.money import Money

TABLE = {"{who} owes {what}": "{who}欠{what}", "a debt of {amount}": "{amount}的债"}
CHINESE = Phrasebook("zh", lambda text: TABLE.get(text, text), ZoneInfo("Asia/Shanghai"))
ENGLISH = Phrasebook("en", lambda text: text, ZoneInfo("UTC"))
C1 = Name("安", "C1")


def test_a_sentence_within_a_sentence_is_told_in_the_same_language():
    message = tell("{who} owes {what}", who=C1, what=tell("a debt of {amount}", amount=Money(1250, "CNY")))
    assert CHINESE.say(message) == "安欠12.50 CNY的债"
    assert ENGLISH.say(message) == "C1 owes a debt of 12.50 CNY"
    assert str(message) == "C1 owes a debt of 12.50 CNY"


def test_times_are_told_on_the_readers_clock_and_days_as_they_are():
    at = datetime(2026, 11, 10, 16, 5, tzinfo=UTC)
    assert CHINESE.say(tell("{at}", at=at)) == "11-11 00:05"
    assert ENGLISH.say(tell("{at}", at=at)) == "11-10 16:05"
    assert CHINESE.say(tell("{day}", day=date(2026, 11, 11))) == "2026-11-11"


def test_lists_are_told_with_the_languages_own_comma():
    message = tell("{names}", names=(C1, Name("宝", "Bo")))
    assert (CHINESE.say(message), ENGLISH.say(message)) == ("安、宝", "C1, Bo")


def test_a_name_in_one_language_stands_in_for_the_other():
    assert [Name("", "C1").in_language("zh"), Name("安", "").in_language("en")] == ["C1", "安"]


def test_braces_in_what_is_filled_in_are_left_alone():
    assert str(tell("not found: {path}", path="{weird}")) == "not found: {weird}"


def test_an_error_is_its_message():
    assert str(FileUnreadable("orders.csv", "no such file")) == "Cannot read orders.csv: no such file."
