"""Published models by their layers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.tensors import tensors


@pytest.fixture(scope="session")
def layer() -> Callable[..., dict[str, tuple[int, ...]]]:
    """layer(NAME, NUMBER): tensor -> shape of one layer of a published model, the first unless said."""

    def shapes(name: str, number: int = 0) -> dict[str, tuple[int, ...]]:
        prefix = f"blk.{number}."
        found = tensors(find_model(name))
        return {one.name.removeprefix(prefix): one.shape for one in found if one.name.startswith(prefix)}

    return shapes
