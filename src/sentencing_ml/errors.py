"""Errors a user can mend: shown without a traceback, each class with its own exit code.

No message may hold text of a case: say what is wrong, where (file, key, row id), why, and what to do.
"""

import sys
from collections.abc import Callable


class UserError(Exception):
    """Base of the errors that the command line prints as one message."""

    exit_code = 2


class SettingsError(UserError):
    """A key of ``params.yaml`` is unknown, missing or ill-typed."""

    exit_code = 10


class InputError(UserError):
    """An input path is missing, or holds nothing that can be used."""

    exit_code = 11


class QuarantineError(UserError):
    """Records were quarantined and ``--strict`` asked that none be."""

    exit_code = 12


class BundleError(UserError):
    """A model bundle is missing, incomplete, altered, or of another version."""

    exit_code = 13


class DataContractError(UserError):
    """A table between two stages breaks its contract; the message counts rows and shows none."""

    exit_code = 14


class GateError(UserError):
    """A gate of ``params.yaml`` does not hold, so the model is not promoted."""

    exit_code = 15


class TrainingError(UserError):
    """The training data cannot carry a model."""

    exit_code = 16


class WorkerError(UserError):
    """A process that shared the work died, most often for want of memory."""

    exit_code = 18


def raise_all(problems: list[str], *, error: type[UserError], heading: str) -> None:
    """Raise one ``error`` that lists every problem under ``heading``; do nothing when there is none."""
    if problems:
        raise error("\n".join([heading, *(f"  - {problem}" for problem in problems)]))


def run(main: Callable[[], None]) -> None:
    """Call ``main``; a :class:`UserError` ends the process with its message and its exit code, without a traceback."""
    try:
        main()
    except UserError as error:
        sys.stderr.write(f"sentencing: {error}\n")
        sys.exit(error.exit_code)
