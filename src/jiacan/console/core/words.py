"""Figures as each language writes them: money with its sign, shares in percent, numbers with their thousands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

from jiacan.kernel.messages import Language, Phrasebook
from jiacan.kernel.money import Money, minor_digits, to_major

_LOCALES: dict[Language, str] = {"zh": "zh_Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class PageWords(Phrasebook):
    """A phrasebook for pages: money has its currency's sign, as the reader's language writes it."""

    def word(self, value: object) -> str:
        """One value as people write it."""
        return money_words(value, self.language) if isinstance(value, Money) else Phrasebook.word(self, value)


def money_words(money: Money, language: Language) -> str:
    """The amount with its currency's sign and decimals.

    >>> money_words(Money(123450, "GBP"), "zh"), money_words(Money(-80, "JPY"), "en")
    ('£1,234.50', '-¥80')
    """
    return format_currency(to_major(money.minor, money.currency), money.currency, locale=_LOCALES[language])


def whole_money_words(money: Money, language: Language) -> str:
    """The amount to the nearest whole major unit, for where cents would only be noise.

    >>> whole_money_words(Money(123450, "CNY"), "zh")
    '¥1,235'
    """
    major = Decimal(money.minor).scaleb(-minor_digits(money.currency))
    pattern = "¤#,##0;-¤#,##0"
    rounded = major.quantize(Decimal(1), "ROUND_HALF_UP")
    return format_currency(rounded, money.currency, pattern, locale=_LOCALES[language], currency_digits=False)


def number_words(value: float | Decimal, language: Language, *, decimals: int = 0) -> str:
    """The number with its thousands, and at most so many decimals.

    >>> number_words(1234567, "en"), number_words(0.25, "zh", decimals=1)
    ('1,234,567', '0.3')
    """
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")
    return format_decimal(exact, pattern, locale=_LOCALES[language])


def short_number_words(value: float | Decimal, language: Language) -> str:
    """The number in few places, for axes and walls.

    >>> short_number_words(123456, "en"), short_number_words(123456, "zh")
    ('123.5K', '12.3万')
    """
    return format_compact_decimal(value, locale=_LOCALES[language], fraction_digits=1)


def share_words(share: float, language: Language) -> str:
    """A share of one in percent, with one decimal where it is not whole.

    >>> share_words(0.123, "en"), share_words(1.0, "zh")
    ('12.3%', '100%')
    """
    return format_percent(share, "#,##0.#%", locale=_LOCALES[language])
