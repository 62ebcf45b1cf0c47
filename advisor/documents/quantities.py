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


MOST_COUNT, MOST_WHOLE, MOST_AMOUNT = 100_000, 2**62, 1e30
LEAST_RATE, MOST_RATE = 1e6, 1e20
"""Of bytes or operations a second. Below a megabyte no memory, network or arithmetic works: a machine's
bandwidth of 936 is one of gigabytes, and what nobody knows is null. Above it would be a thousand racks."""
Count = Annotated[int, Bounds(0, MOST_COUNT)]
"""Of layers, experts, GPUs, nodes: no model or machine has more."""
Bytes = Annotated[int, Bounds(0, MOST_WHOLE)]
Whole = Annotated[int, Bounds(0, MOST_WHOLE)]
"""Of parameters, tokens or values."""
Amount = Annotated[float, Bounds(0.0, MOST_AMOUNT)]
"""A share, a time, or a rate of tokens."""
Rate = Annotated[float, Bounds(LEAST_RATE, MOST_RATE)]
"""Of a machine's memory, network or arithmetic, a second."""


class Longest:
    """The most characters of a text, told to pydantic as `Bounds` are."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        """pydantic's hook for annotations: the schema of *source* with the limit."""
        return {**handler(source), "max_length": self.most}


Name = Annotated[str, Longest(1000)]
"""Of a machine, a model, a scheme or an engine: longer ones would only cost time to look up."""
