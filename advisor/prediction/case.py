"""One case to predict: a machine, a model, a scheme, an engine and a load."""

from typing import NamedTuple

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Backend, KvType, TaskCategory
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.sizing.weights import Weights

MAX_CONCURRENCY = -1
"""As many requests as memory holds."""


class Case(NamedTuple):
    """Everything `predict` needs. Tokens are per request."""

    hardware: HardwareProfile
    model: ModelProfile
    scheme: SchemeProfile
    engine: str
    backend: Backend
    imatrix: bool | None = None
    kv_type: KvType = "f16"
    gpu_layers: int | None = None
    """None lets the placement choose."""
    cpu_expert_layers: int | None = None
    """Layers whose experts stay in main memory (`--n-cpu-moe`); None lets the placement choose."""
    context_tokens: int = 8192
    depth_tokens: int = 0
    """Already in the cache before the prompt (llama-bench's `-d`)."""
    threads: int | None = None
    """On the CPU; None = every usable core."""
    ubatch_tokens: int | None = None
    """Micro batch of a prompt; None = the engine's default."""
    flash_attn: bool | None = None
    """None = the engine's default."""
    loads: tuple[Load, ...] = (Load(),)
    """A load's concurrency may be MAX_CONCURRENCY."""
    categories: tuple[TaskCategory, ...] = ("average",)
    confidence: float = 0.9
    images: bool = False
    """Whether images are read: the projector is in memory beside the weights."""
    own: OwnEvidence = NOTHING_OWN
    """What the user measured; without any, the prediction rests on measurements/ alone."""

    @property
    def serves(self) -> bool:
        """Whether the engine batches requests continuously on the accelerator."""
        return facts(self.engine).serves

    @property
    def concurrency(self) -> int:
        """The most requests at once among the loads; MAX_CONCURRENCY when one asks for that."""
        wanted = [load.concurrency for load in self.loads]
        return MAX_CONCURRENCY if MAX_CONCURRENCY in wanted else max(wanted)


class Sized(NamedTuple):
    """A case's bytes and where they live."""

    weights: Weights
    placement: Placement
