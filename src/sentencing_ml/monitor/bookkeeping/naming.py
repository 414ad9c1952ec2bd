"""A judge's name as it is given to a command: never in the shell's history when it is read from standard input."""

import re
import sys

from sentencing_ml.errors import InputError

JUDGE_VARIABLE = "SENTENCING_JUDGE"
"""Environment variable from which commands take the judge's name."""

LONGEST = 60  # characters
PSEUDONYM = re.compile(r"J-[0-9a-f]{12}")


def judge_name(given: str) -> str:
    """Return the name that ``given`` is; ``-`` reads it from the first line of standard input.

    Raises
    ------
    InputError
        It is empty, too long, or a pseudonym, of which another pseudonym would be made.
    """
    name = (sys.stdin.readline() if given == "-" else given).strip()
    if not 0 < len(name) <= LONGEST or not name.isprintable():  # half characters come of another encoding
        raise InputError(f"--judge: give the judge's name, at most {LONGEST} characters; - reads standard input.")
    if PSEUDONYM.fullmatch(name):
        raise InputError("--judge: this is a pseudonym. Give the judge's name; the ledger makes the pseudonym of it.")
    return name
