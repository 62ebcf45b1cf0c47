"""What is believed of a coefficient before any row is seen: one grammar for every predictor.

A table maps patterns to priors. In a pattern `*` stands for any text, every other character for itself. Of
the patterns that match a name, the one with the most characters of its own counts, and of equally long ones
the first; so `device:*|*` is more particular than `device:*`, and a whole name beats both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Prior:
    """A coefficient's distribution: normal, or Student t where a few members may be far off."""

    mean: float
    sd: float
    why: str
    """Where it comes from: a source, `fitted` (and on what), or the judgement in words."""
    heavy_tailed: bool = False


@dataclass(frozen=True)
class Priors:
    """A predictor's table of priors."""

    table: Mapping[str, Prior]

    @cached_property
    def _ranked(self) -> tuple[tuple[re.Pattern[str], Prior], ...]:
        ranked = sorted(self.table.items(), key=lambda item: -len(item[0].replace("*", "")))
        return tuple(
            (re.compile(".*".join(map(re.escape, pattern.split("*")))), prior) for pattern, prior in ranked
        )

    def of(self, name: str) -> Prior:
        """The prior of the coefficient *name*. Raises KeyError when no pattern matches."""
        for pattern, prior in self._ranked:
            if pattern.fullmatch(name):
                return prior
        raise KeyError(f"no prior for the coefficient {name!r}; add a pattern to its table")

    def arrays(
        self, names: tuple[str, ...]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """(means, standard deviations, heavy-tailed) by name."""
        found = [self.of(name) for name in names]
        return (
            np.array([prior.mean for prior in found], float),
            np.array([prior.sd for prior in found], float),
            np.array([prior.heavy_tailed for prior in found], bool),
        )

    def with_fitted(self, fitted: Mapping[str, Prior]) -> Priors:
        """The same table with *fitted* priors for the names or patterns given."""
        return Priors({**self.table, **fitted})
