"""What is to be placed, and its bytes, as every planner takes them."""

from typing import NamedTuple

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import Engine, facts
from advisor.sizing.context_params import UBATCH_TOKENS, ContextParams
from advisor.sizing.kv_cache import kv_bytes_per_token_read
from advisor.sizing.overheads import FLASH_ATTENTION_BACKENDS
from advisor.sizing.parts import Weights
from advisor.sizing.plan import Growing, Workspace
from advisor.sizing.shares import LayerShares


class PlacementCase(NamedTuple):
    """A model's weights under a scheme, for an engine on a machine, at one context and concurrency."""

    hardware: HardwareProfile
    model: ModelProfile
    weights: Weights
    scheme: SchemeProfile
    engine: str
    backend: str
    context_tokens: int
    """Per request; the cache holds context x concurrency."""
    concurrency: int = 1
    kv_type: str = "f16"
    gpu_layers: int | None = None
    """0 = CPU only, None = choose, negative or more than the model has = all."""
    cpu_expert_layers: int | None = None
    """The experts of so many layers in main memory, None = choose."""
    ubatch_tokens: int | None = None
    """Tokens of a prompt computed at once, which the compute buffer and the cells of a sliding window grow
    with; None = the engine's default."""
    flash_attn: bool | None = None
    """None = where the backend has it."""

    @property
    def params(self) -> ContextParams:
        """What the engine's context is created with."""
        return ContextParams(
            self.context_tokens,
            self.concurrency,
            self.kv_type,
            self.ubatch_tokens or UBATCH_TOKENS,
            self.backend in FLASH_ATTENTION_BACKENDS if self.flash_attn is None else self.flash_attn,
            paged=facts(self.engine).paged,
        )

    @property
    def served(self) -> bool:
        """Whether a serving engine divides it over accelerators."""
        return facts(self.engine).paged and bool(self.hardware.gpus) and self.backend != "cpu"


class CaseBytes(NamedTuple):
    """A placement case with its bytes: by layer, and what grows with context and concurrency."""

    case: PlacementCase
    shares: LayerShares
    work: Workspace

    @property
    def engine(self) -> Engine:
        """What is known of the engine."""
        return facts(self.case.engine)

    @property
    def parts(self) -> Growing:
        """Growing parts at the asked context and concurrency."""
        return self.work.parts(self.case.context_tokens, self.case.concurrency)

    @property
    def kv_read_bytes(self) -> float:
        """Cache read for one token at the end of the context."""
        return kv_bytes_per_token_read(self.case.model, self.case.context_tokens, self.case.kv_type)
