"""What the measurements say about a device, a model and a scheme: corrections, basis and widths."""

from __future__ import annotations

from math import exp
from typing import Any, Literal

from advisor.documents.hardware import Gpu
from advisor.documents.kinds import Basis
from advisor.documents.model import ModelProfile
from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.interval import width_at

Figure = Literal["token", "first", "load"]
"""Time per output token, time of a prompt, requests done."""
BUSY = 4
"""From more than this many requests in flight on, intervals are those of a busy server."""
SOME = 30
"""Figures from which on a device or a kernel counts as measured (fewer are borrowed from relatives, and the
answer says so)."""


def artifact() -> dict[str, Any]:
    """The fitted document. Raises NotMeasuredError when the installation has none."""
    return load_artifact("serving_speed")


class Measured:
    """What stands behind one answer: `basis`, `evidence`, and the widths of its intervals."""

    def __init__(self, gpu: Gpu, devices: int, model: ModelProfile, family: str, engine: str) -> None:
        self._document = artifact()
        self.device = gpu.catalog_name or gpu.name
        self.config = f"{self.device}|{devices}|{model.name}|{family}|{engine}"
        counts = self._document["counts"]
        rows, sources = counts["device"].get(self.device, (0, 0))
        kernel_rows, kernel_sources = counts["family"].get(f"{engine}|{family}", (0, 0))
        exact = counts["config"].get(self.config)
        self.known = bool(rows >= SOME and kernel_rows >= SOME)
        self.basis: Basis = "measured" if exact else "interpolated" if self.known else "extrapolated"
        lines = [
            f"{rows} figures from {sources} sources on {self.device}"
            if rows
            else f"{self.device} was not measured: read from its specifications",
            f"{kernel_rows} figures of {family} kernels in {engine} from {kernel_sources} sources",
        ]
        if exact:
            lines.insert(0, f"{exact[0]} figures of this device, model and scheme from {', '.join(exact[1])}")
        self.evidence = tuple(lines)

    def effect(self, figure: Figure) -> float:
        """Logarithm of measured over modelled on this device and in this configuration."""
        effects = self._document["effects"]["first" if figure == "first" else "token"]
        return float(effects["device"].get(self.device, 0.0) + effects["config"].get(self.config, 0.0))

    def machine_share(self, figure: Figure) -> float:
        """Share of the errors' variance that all configurations of one machine have in common."""
        return float(self._document["machine_share"][figure])

    def factor(self, figure: Figure, held: float, confidence: float) -> float:
        """How far off a time may be at *confidence*, as a factor, with *held* requests in flight.

        Raises NotMeasuredError where too few publishers and devices carry the confidence.
        """
        state = "known" if self.known else "unknown"
        load = "busy" if held > BUSY else "calm"
        table = self._document["intervals"]

        def widths(stratum: str) -> dict[str, float | None]:
            return table[stratum]["half_widths"] if stratum in table else {}

        # What nobody measured is never surer than what somebody did.
        least = width_at(widths(f"{figure}|{load}|known"), confidence) or 0.0
        for stratum in (f"{figure}|{load}|{state}", f"{figure}|{state}", f"{figure}|unknown"):
            half = width_at(widths(stratum), confidence)
            if half is not None:
                return exp(max(half, least))
            least = max([least, *(width for width in widths(stratum).values() if width is not None)])
        raise NotMeasuredError(
            f"too few machines were measured for an interval of {confidence:.1%}; ask for a lower confidence"
        )
