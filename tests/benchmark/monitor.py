"""What the monitor finds and flags falsely, printed beside its targets: the certificate at full size.

4,000 simulated judges of each kind with 400 cases each, on one core. ``BENCH_JUDGES=600`` takes fewer judges. The time is
that of the clock on the wall and of the processor.
"""

import os
import time
from dataclasses import dataclass

from sentencing_ml import runtime

runtime.prepare(threads=1)

from sentencing_ml.monitor.certificate.certificate import certify  # noqa: E402
from sentencing_ml.monitor.certificate.certify import summary  # noqa: E402
from sentencing_ml.settings import MonitorCertificateSettings  # noqa: E402

JUDGES = int(os.environ.get("BENCH_JUDGES", 4000))
CASES = 400
SEED = 29


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure of the certificate and the bound that it should keep."""

    what: str
    figure: str
    at_most: float | None = None
    at_least: float | None = None
    scale: float = 1.0


TARGETS = (
    Target(what="false alarms / 100 judge-years, honest", figure="honest_false_alarms", at_most=1),
    Target(what="the same, worst sub-population", figure="worst_false_alarms", at_most=2),
    Target(what="the same, least-correcting extreme (no target)", figure="extreme_false_alarms"),
    Target(what="97 % reliant: within 30 cases, %", figure="reliant_within_30", at_least=95, scale=100),
    Target(what="97 % reliant: median cases", figure="reliant_median", at_most=17),
    Target(what="guaranteed: proven run length, judge-years", figure="guaranteed_proven", at_least=100),
    Target(what="guaranteed: measured, lower bound", figure="guaranteed_run_length", at_least=100),
    Target(what="guaranteed: median cases", figure="guaranteed_median", at_most=30),
    Target(what="guaranteed: within 60 cases, %", figure="guaranteed_within_60", at_least=98, scale=100),
    Target(what="agreeing expert asked for a reason, %", figure="expert_asked", at_most=1, scale=100),
    Target(what="single-stage rule, the same (no target)", figure="expert_single_stage", scale=100),
    Target(what="strict one-way within 60 cases, %", figure="one_way_within_60", at_least=99, scale=100),
    Target(what="one-way chart, false alarms, honest", figure="one_way_false_alarms", at_most=1),
    Target(what="systematic neglect within 30 cases, %", figure="neglect_within_30", at_least=90, scale=100),
    Target(what="court list: false discovery rate, %", figure="court_list_fdr", at_most=5, scale=100),
    Target(what="court list: power by month 3, %", figure="court_list_power_3", at_least=95, scale=100),
    Target(what="reference misjudged by 0.5 logit: false alarms", figure="misjudged_false_alarms", at_most=3),
    Target(what="reasons asked of honest judges (no target)", figure="notes_false"),
)


def main() -> None:
    """Certify, print."""
    start, worked = time.perf_counter(), time.process_time()
    content = certify(settings=MonitorCertificateSettings(judges=JUDGES, cases=CASES, seed=SEED))
    took, cpu = time.perf_counter() - start, time.process_time() - worked
    print("\n".join(summary(content)))
    print(f"\n{'figure':<50}{'measured':>10}  {'95 % interval':<18}{'target':<10}")
    for target in TARGETS:
        print(line(target, content["figures"]))
    print(f"\n{took:.0f} s ({cpu:.0f} s of the processor)")


def line(target: Target, figures: dict[str, float]) -> str:
    """Write one figure beside its target; a figure that does not keep it is marked."""
    value = figures.get(target.figure)
    if value is None:
        return f"{target.what:<50}{'never':>10}  {'':<18}{bound(target):<10} !"
    ends = [figures.get(f"{target.figure}_{end}") for end in ("low", "high")]
    interval = "" if None in ends else " to ".join(f"{end * target.scale:.2f}" for end in ends)
    kept = (target.at_most is None or value * target.scale <= target.at_most) and (
        target.at_least is None or value * target.scale >= target.at_least
    )
    return f"{target.what:<50}{value * target.scale:>10.2f}  {interval:<18}{bound(target):<10}{'' if kept else ' !'}"


def bound(target: Target) -> str:
    """Write the target of a figure."""
    if target.at_most is not None:
        return f"<= {target.at_most:g}"
    return "" if target.at_least is None else f">= {target.at_least:g}"


if __name__ == "__main__":
    main()
