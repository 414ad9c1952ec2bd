"""The registry: what each factor says of itself, and rules that can be relied on."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentencing_ml.factors.registry import phrase_rules, registry
from sentencing_ml.law.charges import canonical

SECTIONS = {"header", "procedure", "charges", "plea", "defence", "findings", "evidence", "opinion", "tail"}


def test_every_factor_has_both_names_and_every_sentencing_factor_its_article_and_ground():
    for factor in registry().factors.values():
        assert factor.zh and factor.en, factor.name
        if factor.factor_class.name in ("liability", "mixed", "prevention"):
            assert factor.article and factor.ground, factor.name
            assert factor.direction in (-1, 0, 1) and factor.monotone in (-1, 0, 1), factor.name


def test_what_a_factor_presupposes_is_a_yes_or_no_of_the_same_class():
    needing = [factor for factor in registry().factors.values() if factor.presupposes is not None]
    assert needing
    for factor in needing:
        needed = registry().factors[factor.presupposes]
        assert needed.type == "boolean" and needed.factor_class == factor.factor_class, factor.name


def test_a_rule_id_is_unique_within_its_factor_and_sections_exist():
    for factor in registry().factors.values():
        ids = [rule.id for rule in factor.rules]
        assert len(ids) == len(set(ids)), factor.name
        for rule in factor.rules:
            assert rule.by or rule.where <= SECTIONS and rule.where, rule.id


def test_charges_of_factors_and_rules_are_canonical():
    for factor in registry().factors.values():
        for charges in (factor.charges, *(rule.charges for rule in factor.rules)):
            for charge in charges or ():
                assert canonical(charge) == charge


@pytest.mark.parametrize("rule", phrase_rules(), ids=lambda rule: f"{rule.factor}/{rule.id}")
def test_every_hit_of_a_rule_contains_one_of_its_words(rule):
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(st.from_regex(re.compile(rule.find.pattern), fullmatch=True))
    def check(hit):
        assert any(word in hit for word in rule.words), rule.id

    check()
