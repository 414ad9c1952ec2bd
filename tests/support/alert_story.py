"""Small courts of simulated judges for the tests of alerts: who follows, who agrees, who leans, who neglects."""

import datetime
import math
import random

from sentencing_ml.monitor.bookkeeping.records import Advice, Entry, InCall

KEY = b"a key of the tests, no secret"
START = datetime.datetime(2031, 1, 5, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def at(day, hour=0):
    return (START + datetime.timedelta(days=day, hours=hour)).isoformat()


def advised(number, *, seed="cases"):
    """The months of advice of a case: 7 to 40, where rounding decides nothing."""
    return round(random.Random(f"{seed}/{number}").uniform(7, 40), 1)


def view(number, judge, *, sd=0.25):
    """What an independent judge thinks of a case, in whole months."""
    return max(1, round(advised(number) * math.exp(random.Random(f"{judge}/{number}").gauss(0, sd))))


def answered(
    case, judge, entry, *, advice, day, mode="shown", own=None, version="m1", law="l1", charge="盗窃罪", simulated=False
):
    """Advice and the entry to it, as a pair that is appended in one call after `already` other records."""
    given = Advice(
        case_id=case, judge=judge, court="星海法院", charge_group=charge, plea=False, advice_months=advice, interval_low=advice * 0.6,
        interval_high=advice * 1.6, model_version=version, law_version=law, shown_at=at(day), mode=mode, simulated=simulated, own_estimate_months=own,
    )  # fmt: skip
    return given, lambda position: Entry(advice_position=position, judge=judge, entry_months=float(entry), entered_at=at(day, 1))


def extend(ledger, pairs):
    """Append pairs of :func:`answered`; return the positions of the entries."""
    records = []
    for given, entry in pairs:
        records.append(given)
        records.append(entry(InCall(len(records))))
    return ledger.extend(records)[1::2]


def shadow(judges=12, cases=40, **given):
    """A shadow period: independent judges enter what they think, the advice unseen."""
    return [
        answered(f"影-{judge}-{number}/0/0", f"影子法官{judge}", view(number, f"影{judge}"), advice=advised(number), day=number // 4, mode="shadow", **given)
        for number in range(cases)
        for judge in range(judges)
    ]


def case(judge, number):
    return f"{judge}-{number}/0/0"


def follower(judge, numbers, *, mode="shown", **given):
    """Whose own view differs and who enters the advice all the same."""
    return [
        answered(
            case(judge, number), judge, round(advised(number)), advice=advised(number), day=100 + number, mode=mode,
            own=apart(number) if mode == "blind_first" else None, **given,
        )
        for number in numbers
    ]  # fmt: skip


def apart(number):
    """An own estimate that lies far from the advice."""
    return float(round(advised(number) * (1.4 if number % 2 else 0.7)))


def expert(judge, numbers, *, mode="shown", **given):
    """Whose own view is the advice."""
    return [
        answered(
            case(judge, number), judge, round(advised(number)), advice=advised(number), day=100 + number, mode=mode,
            own=float(round(advised(number))) if mode == "blind_first" else None, **given,
        )
        for number in numbers
    ]  # fmt: skip


def one_way(judge, numbers, **given):
    """Who always enters a sixth more."""
    return [answered(case(judge, number), judge, round(advised(number) * 1.16), advice=advised(number), day=100 + number, **given) for number in numbers]


def neglecting(judge, numbers, **given):
    """Who enters half as much again or half as much, whatever is advised."""
    return [
        answered(case(judge, number), judge, round(advised(number) * (1.6 if number % 2 else 0.55)), advice=advised(number), day=100 + number, **given)
        for number in numbers
    ]  # fmt: skip
