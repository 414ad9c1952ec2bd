"""What the law sets around an arithmetic result: the tier, 减轻, the court's share, and the kinds of punishment."""

import datetime

from sentencing_ml.law.arithmetic import Adjusted
from sentencing_ml.law.combination import DETENTION, FIXED_TERM, SURVEILLANCE
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.guidelines import guidelines
from sentencing_ml.law.limits import limit, limits
from sentencing_ml.law.statutes import ChargeLaw, Tier
from sentencing_ml.law.steps import Interval, Step
from sentencing_ml.law.tiers import TierFinding


def within(
    finding: TierFinding, tier: Tier, adjusted: Adjusted, *, offence: datetime.date, fixed_term: bool
) -> tuple[Interval, tuple[Step, ...]]:
    """Return the months within the tier, or down to what 减轻 allows (刑法62, 63; 法发〔2021〕21号二(三)).

    ``fixed_term``: the case presupposes 有期徒刑, so no less than its least (刑法65, 45).
    """
    months = adjusted.months
    if months[0] is None:
        return months, ()
    floor, ceiling = tier.bounds
    quiet = not adjusted.must and not adjusted.unquantified and not fixed_term
    if quiet and floor <= months[0] and months[1] <= ceiling:
        return months, ()
    least = below(finding, tier, offence=offence) if adjusted.mitigates else floor
    steps = []

    def limited(rule: str, article: str, low: Fraction, high: Fraction) -> None:
        nonlocal months
        if (low, high) != months:
            steps.append(Step(rule, article, months, (low, high)))
            months = (low, high)

    if any(name in adjusted.mitigates for name in adjusted.unquantified):
        # No ratio is published: the law sets no other bound than that of 减轻.
        limited("减轻处罚没有公布的比例，下限取减轻的限度", "刑法63(1)", min(months[0], least), months[1])
    if adjusted.must and least < floor:
        limited("应当减轻处罚，在法定最低刑以下", "刑法63(1)", min(months[0], floor), min(months[1], floor))
    limited("不超过法定最高刑", "刑法62", min(months[0], ceiling), min(months[1], ceiling))
    if adjusted.mitigates:
        limited("减轻处罚不低于减轻的限度", "刑法63(1)", max(months[0], least), max(months[1], least))
    else:
        limited("不低于法定最低刑", "刑法62", max(months[0], floor), max(months[1], floor))
    if fixed_term:
        shortest = Fraction(limits()["fixed_term"].params["min_months"])
        limited(
            "以应当判处有期徒刑为条件，不少于有期徒刑的最低期限",
            "刑法65(1)、45",
            max(months[0], shortest),
            max(months[1], shortest),
        )
    return months, tuple(steps)


def below(finding: TierFinding, tier: Tier, *, offence: datetime.date) -> Fraction:
    """Return the least months after 减轻 (刑法63(1)): those of the next lower tier.

    Of the lightest tier there is none: then, and for offences before the code named the next tier, it is the least term
    of any.
    """
    rule = limit("mitigate_below", on=offence)
    lower = [
        entry.tier
        for entry in finding.candidates
        if entry.tier.severity < tier.severity and entry.tier.statute.low is not None and entry.tier.id != tier.id
    ]
    if lower and rule.params.get("tiers_below") is not None:
        return min(lower[-1].bounds[0], tier.bounds[0])
    return Fraction(limits()["detention"].params["min_months"])


def moved(
    law: ChargeLaw, finding: TierFinding, tier: Tier, declared: Interval, adjusted: Adjusted, *, offence: datetime.date
) -> tuple[Interval, tuple[Step, ...]]:
    """Return the interval with the share by which the court may move it (法发〔2021〕21号二(三)5), within the law."""
    document = guidelines().get(law.guideline or "")
    low, high = declared
    if low is None or document is None or document.panel_share is None:
        return declared, ()
    share = document.panel
    floor, ceiling = tier.bounds
    least = below(finding, tier, offence=offence) if adjusted.mitigates else floor
    most = floor if adjusted.must and least < floor else ceiling
    down, up = share
    after = (min(low, max(low * down, least)), max(high, min(high * up, most)))
    return after, (Step("独任审判员或者合议庭可以在百分之二十幅度内调整", f"{document.number}二(三)", declared, after),)


def kinds(tier: Tier, months: Interval, *, mitigated: bool, fixed_term: bool) -> tuple[str, ...]:
    """Return the punishments in reach: terms by the limits of their kinds (刑法38, 42, 45), life and death.

    ``fixed_term``: the case presupposes 有期徒刑, so nothing lighter.
    """
    low, high = months
    found = []
    if high is not None:
        longest = limits()["detention"].params["max_months"]
        # A tier that ends where 拘役 ends threatens 拘役 alone.
        if tier.statute.high > longest and high >= limits()["fixed_term"].params["min_months"]:
            found.append(FIXED_TERM)
        if not fixed_term:
            if (tier.detention or (mitigated and low < tier.statute.low)) and low <= longest:
                found.append(DETENTION)
            if tier.surveillance and low <= limits()["surveillance"].params["max_months"]:
                found.append(SURVEILLANCE)
    found += ["单处罚金"] if tier.fine_alone and not fixed_term else []
    found += ["无期徒刑"] if tier.statute.life else []
    found += ["死刑"] if tier.statute.death else []
    return tuple(found)
