"""The certificate of the monitor on its pages: what it flags falsely and what it finds, beside plain rules."""

from collections.abc import Mapping
from typing import Any


def certificate_page(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what both pages show of the certificate; None without one."""
    return None if found is None else dict(found)
