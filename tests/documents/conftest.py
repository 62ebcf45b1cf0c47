"""Documents read as they come from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.documents.plain import parse
from advisor.errors import BadFileError


@pytest.fixture(scope="session")
def refusal() -> Callable[..., str]:
    """(kind of document, plain value) -> what is said of it; fails where it is taken."""

    def said(kind: type, value: Any) -> str:
        with pytest.raises(BadFileError) as caught:
            parse(kind, value, what="document")
        return str(caught.value)

    return said
