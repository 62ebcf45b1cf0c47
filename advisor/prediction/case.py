"""One case to predict: a machine, a model, a scheme, an engine and a load."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Load
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts

MAX_CONCURRENCY = -1
"""As many requests as memory holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything `predict` needs. Tokens are per request."""

    hardware: HardwareProfile
    model: ModelProfile
    scheme: SchemeProfile
    engine: str
    backend: str
    imatrix: bool | None = None
    kv_type: str = "f16"
    gpu_layers: int | None = None
    """None lets the placement choose."""
    context_tokens: int = 8192
    loads: tuple[Load, ...] = (Load(),)
    """A load's concurrency may be MAX_CONCURRENCY."""
    categories: tuple[str, ...] = ("average",)
    confidence: float = 0.9

    @property
    def serves(self) -> bool:
        """Whether the engine batches requests continuously on the accelerator."""
        return facts(self.engine).serves

    @property
    def concurrency(self) -> int:
        """The most requests at once among the loads; MAX_CONCURRENCY when one asks for that."""
        wanted = [load.concurrency for load in self.loads]
        return MAX_CONCURRENCY if MAX_CONCURRENCY in wanted else max(wanted)
