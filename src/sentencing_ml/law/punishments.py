"""The punishment that a tier threatens, in the words of the code: ``三年以上十年以下有期徒刑，并处罚金``."""

from collections.abc import Mapping

from sentencing_ml.law.limits import limits
from sentencing_ml.law.statutes import Range, Tier

_DIGITS = "零一二三四五六七八九"
_FINES: Mapping[str, str] = {
    "mandatory": "并处罚金",
    "with_or_alone": "并处或者单处罚金",
    "alone_alternative": "可以单处罚金",
    "may": "可以并处罚金",
    "fine_or_forfeit": "并处罚金或者没收财产",
    "forfeit": "并处没收财产",
    "forfeit_may": "可以并处没收财产",
}


def tier_words(tier: Tier) -> str:
    """Say what a tier threatens: the terms, the other kinds of punishment, the fine."""
    kinds = [word for word in (_term(tier), *_lighter(tier), *_graver(tier.statute)) if word]
    words = kinds[0] if len(kinds) == 1 else f"{'、'.join(kinds[:-1])}或者{kinds[-1]}"
    return words if tier.fine is None else f"{words}，{_FINES[tier.fine]}"


def _term(tier: Tier) -> str | None:
    low, high = tier.statute.low, tier.statute.high
    known = limits()
    least, most = known["fixed_term"].params["min_months"], known["fixed_term"].params["max_months"]
    if high is None or (tier.detention and high <= known["detention"].params["max_months"]):
        return None  # no term, or 拘役 alone
    bounds = (f"{_months(low)}以上" if low > least else "") + (f"{_months(high)}以下" if high < most else "")
    return f"{bounds}有期徒刑"


def _lighter(tier: Tier) -> list[str]:
    told = ((tier.detention, "拘役"), (tier.surveillance, "管制"), (tier.rights_alone, "剥夺政治权利"))
    return [word for possible, word in told if possible]


def _graver(statute: Range) -> list[str]:
    return [word for possible, word in ((statute.life, "无期徒刑"), (statute.death, "死刑")) if possible]


def _months(months: int) -> str:
    years, rest = divmod(months, 12)
    return (f"{_numeral(years)}年" if years else "") + (f"{_numeral(rest)}个月" if rest else "")


def _numeral(number: int) -> str:
    tens, units = divmod(number, 10)
    if not tens:
        return _DIGITS[units]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[units] if units else "")
