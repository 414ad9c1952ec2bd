import dataclasses
import datetime
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentencing_ml.monitor.ledger import Advice, Entry, InCall, Ledger, pseudonym

KEY = b"a key of the tests, no secret"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: f"{text}。")
MONTHS = st.floats(0, 1e300, allow_subnormal=True)
ADVICE = st.builds(
    Advice,
    case_id=TEXT,
    judge=TEXT,
    court=st.none() | TEXT,
    charge_group=TEXT,
    plea=st.none() | st.booleans(),
    advice_months=MONTHS,
    interval_low=st.none() | MONTHS,
    interval_high=st.none() | MONTHS,
    model_version=TEXT,
    law_version=st.none() | TEXT,
    shown_at=st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2100, 1, 1)).map(datetime.datetime.isoformat),
    mode=st.sampled_from(["shown", "shadow"]),
    simulated=st.booleans(),
    recommendation_months=st.none() | MONTHS,
)
LONG = Advice(
    case_id="长" * 700_000, judge="甲", charge_group="罪", advice_months=0.1 + 0.2, model_version="v", shown_at="2026-03-01",
)  # fmt: skip


@settings(max_examples=15)
@given(st.lists(ADVICE, min_size=1, max_size=6))
@example([LONG, LONG])
def test_what_is_appended_is_read_again_to_the_last_bit(advice):
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite", key=KEY) as ledger:
        entries = [
            Entry(advice_position=InCall(number), judge=one.judge, entry_months=one.advice_months, entered_at=one.shown_at)
            for number, one in enumerate(advice, 1)
        ]
        ledger.extend([*advice, *entries])
        assert ledger.verify().breaks == ()
        kept, answered = ledger.advice().to_dict("records"), ledger.corrections()
    for one, row in zip(advice, kept, strict=True):
        given_ = {**dataclasses.asdict(one), "judge": pseudonym(one.judge, key=KEY)}
        for name, value in given_.items():
            assert pd.isna(row[name]) if value is None else row[name] == value, name
    assert answered["entry_months"].tolist() == [one.advice_months for one in advice]
    assert answered["advice_position"].tolist() == list(range(1, len(advice) + 1))
