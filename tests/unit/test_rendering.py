from sentencing_ml.rendering import environment, months, number, percent, years_months


def test_numbers_for_readers():
    assert months(14.25) == "14.2 个月"
    assert months(None) == "—"
    assert months(3.0, sign=True) == "+3.0 个月"
    assert months(-0.04, sign=True) == "+0.0 个月"  # no minus before a zero
    assert percent(-0.0004, digits=0, sign=True) == "+0%"
    assert years_months(30) == "2 年 6 个月"
    assert years_months(11.6) == "1 年"
    assert percent(0.125) == "12.5%"
    assert number(1234567) == "1,234,567"


def test_text_is_escaped():
    page = environment().from_string("<p>{{ text }}</p>").render(text="<script>alert(1)</script>{{7*7}}")
    assert page == "<p>&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}</p>"
