"""What may make the reading of a text slow: patterns that go back over it, and work done again for each of its parts."""

import sys
from re import _constants as sre

REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def risky(tree, last=True):
    """Yield the unbounded repeats of a parsed pattern behind which something must match, or that hold more than a set."""
    items = list(tree)
    for place, (operation, value) in enumerate(items):
        ends = last and all(_may_be_nothing(*following) for following in items[place + 1 :])
        if operation in REPEATS:
            _, most, inner = value
            if most is sre.MAXREPEAT and (not ends or len(inner) != 1 or inner[0][0] not in (sre.IN, sre.LITERAL)):
                yield str(inner)
            yield from risky(inner, last=False)
        elif operation is sre.SUBPATTERN:
            yield from risky(value[3], ends)
        elif operation is sre.BRANCH:
            for branch in value[1]:
                yield from risky(branch, ends)
        elif operation in (sre.ASSERT, sre.ASSERT_NOT):
            yield from risky(value[1], last=False)


def _may_be_nothing(operation, value):
    return operation is sre.AT or (operation in REPEATS and value[0] == 0)


def operations(work, *arguments):
    """Return how many functions ``work`` calls, those written in C included."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work(*arguments)
    finally:
        sys.setprofile(None)
    return count


def repeated(unit):
    return lambda length: (unit * (length // len(unit) + 1))[:length]


def different_names(length):
    return "。".join(f"被告人赵{chr(0x4E00 + number % 5000)}{chr(0x5000 + number % 7000)}" for number in range(length // 7))


HOSTILE = {
    "no punctuation": repeated("天地人"), "brackets": repeated("（"), "pairs of brackets": repeated("（）【】"),
    "digits": repeated("1234567890"), "numerals": repeated("一二三"), "commas": repeated("，"),
    "enumeration commas": repeated("、"), "full stops": repeated("。"), "colons": repeated("："), "blanks": repeated(" \n"),
    "one name": repeated("甄有为"), "one accused": repeated("被告人甄有为"), "many accused": different_names,
    "numbers in names": repeated("甄1有2"), "pages": repeated("- 1 - 第2页"), "accusers": repeated("以号"),
    "orders": repeated("判决如下"), "opinions": repeated("。本院认为被告"), "findings": repeated("：查明"),
    "proofs": repeated("。上述事实公诉机关提交"), "counsel": repeated("辩护人。"), "pleas": repeated("被告人对"),
    "wide letters": repeated("１２Ａ"), "a judgment's facts": repeated("2020年3月4日，甄有为取走电动车一辆，价值3000元。 "),
}  # fmt: skip
