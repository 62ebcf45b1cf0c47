"""What an engine is started with, and the small facts every engine's command line asks of it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from advisor.documents.deployment import Command
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.documents.scheme import SchemeProfile

DEFAULT_HOST = "127.0.0.1"
"""A server is reachable from its own machine only, until its owner says otherwise."""
LEADER = "LEADER_ADDRESS"
"""Stands in words where the address of the node of rank 0 belongs."""
_BF16_FROM = 8.0
"""BF16 arithmetic begins at this NVIDIA compute capability
(https://docs.nvidia.com/cuda/cuda-c-programming-guide/#compute-capabilities)."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One model under one scheme, placed on one machine, for one engine to serve."""

    model: ModelProfile
    scheme: SchemeProfile
    weights: str
    """The file, folder or repository the engine is pointed at."""
    downloads: bool = False
    """Whether `weights` is a repository that the engine fetches itself."""
    online: str | None = None
    """The engine's own word for the scheme when it makes it while loading."""
    backend: str
    placement: Placement | None = None
    context_tokens: int
    """Per request."""
    concurrency: int = 1
    kv_type: str = "f16"
    threads: int | None = None
    hardware: HardwareProfile | None = None
    host: str = DEFAULT_HOST
    memory_share: float | None = None
    """Of each GPU, for engines that reserve a share; None where the engine keeps no share."""
    images: bool = False
    """Whether images are to be read, of a model that can."""
    tokenizer: str | None = None
    """The repository of the tokenizer, where the weights' file is not enough for the engine."""

    @cached_property
    def name(self) -> str:
        """The model's name, fit for a file, a tag or a served name."""
        return safe_name(self.model)

    @property
    def gpus(self) -> int:
        """GPUs the plan uses."""
        return self.placement.n_gpus if self.placement else 0

    @property
    def tensor_parallel(self) -> int:
        """GPUs that share every matrix; all of them when the placement says nothing."""
        place = self.placement
        if place is None:
            return 1
        alone = place.tensor_parallel == place.pipeline_parallel == place.data_parallel == 1
        return place.n_gpus if alone and place.n_gpus > 1 else place.tensor_parallel

    @property
    def pipeline_parallel(self) -> int:
        """Stages of layers."""
        return self.placement.pipeline_parallel if self.placement else 1

    @property
    def data_parallel(self) -> int:
        """GPUs that share the experts alone, each with requests of its own."""
        return self.placement.data_parallel if self.placement else 1

    @property
    def nodes(self) -> int:
        """Nodes that the plan's GPUs are spread over."""
        per_node = len(self.hardware.gpus) if self.hardware and self.hardware.nodes > 1 else 0
        return -(-self.gpus // per_node) if per_node else 1

    @property
    def expert_parallel(self) -> bool:
        """Whether whole experts are spread over the GPUs instead of slices of each."""
        return bool(self.placement and self.placement.expert_parallel)

    @property
    def oldest_compute_capability(self) -> float | None:
        """The lowest NVIDIA generation on the machine, None when unknown."""
        found = [gpu.compute_capability for gpu in self.hardware.gpus] if self.hardware else []
        numbers = [float(text) for text in found if text and re.fullmatch(r"\d+\.\d+", text)]
        return min(numbers, default=None)

    @property
    def half(self) -> bool:
        """Whether the engine must be told to compute in F16: for F16 weights, and where BF16 is missing."""
        old = self.oldest_compute_capability
        return self.scheme.name == "F16" or (old is not None and old < _BF16_FROM)


class Started(NamedTuple):
    """The commands that start an engine."""

    run: Command
    then: tuple[Command, ...] = ()
    """Once it answers."""
    workers: tuple[Command, ...] = ()
    """For the other nodes, by rank from 1."""
    over_ray: Command | None = None
    """The same over all nodes of a Ray cluster, started once."""
    warnings: tuple[str, ...] = ()


def words(*parts: object) -> tuple[str, ...]:
    """The words of a command as text; None drops out."""
    return tuple(str(part) for part in parts if part is not None)


def flags(**pairs: object) -> tuple[str, ...]:
    """`max_model_len=8192` -> ('--max-model-len', '8192'); None and False drop out, True leaves the flag."""
    found: list[str] = []
    for name, value in pairs.items():
        if value is None or value is False:
            continue
        found.append("--" + name.replace("_", "-"))
        if value is not True:
            found.append(str(value))
    return tuple(found)


def more_than_one(count: int) -> int | None:
    """*count*, or None for one: what engines do without being told."""
    return count if count > 1 else None


def safe_name(model: ModelProfile) -> str:
    """The model's name as part of a file name: letters, digits, dots, dashes; never a path or an option."""
    return re.sub(r"[^\w.\-]+", "-", model.name.rpartition("/")[2], flags=re.ASCII).strip("-.") or "model"
