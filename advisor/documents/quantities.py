"""Numbers with bounds: what pydantic refuses where a document comes in, and the schemas publish.

Nothing in a document is negative. What is counted one by one is bounded, since a larger number is a slip or
an attack and would cost all memory; sizes stay within what a 64-bit integer holds.
"""

from __future__ import annotations

from typing import Annotated, Any


class Bounds:
    """The least and the most of a number, told to pydantic without importing it."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        """pydantic's hook for annotations: the schema of *source* with both bounds."""
        return {**handler(source), "ge": self.least, "le": self.most}


Count = Annotated[int, Bounds(0, 100_000)]
"""Of layers, experts, GPUs, nodes: no model or machine has more."""
Bytes = Annotated[int, Bounds(0, 2**62)]
Whole = Annotated[int, Bounds(0, 2**62)]
"""Of parameters, tokens or values."""
Amount = Annotated[float, Bounds(0.0, 1e30)]
"""A rate, a share or a time."""


class Longest:
    """The most characters of a text, told to pydantic as `Bounds` are."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        """pydantic's hook for annotations: the schema of *source* with the limit."""
        return {**handler(source), "max_length": self.most}


Name = Annotated[str, Longest(1000)]
"""Of a machine, a model, a scheme or an engine: longer ones would only cost time to look up."""
