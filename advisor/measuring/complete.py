"""What a tool wrote -> the names the catalogue knows: machine, model and scheme of each row."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import Any

from advisor.catalog.models import match_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.engines import engine_for, facts
from advisor.errors import AdvisorError, UsageError
from advisor.measuring.host import host_of
from advisor.measuring.rows import Row
from advisor.prediction.local_speed.inputs import cpu_key, default_backend

THIS = "this"
"""`--hardware this`: measured on the machine the import runs on."""
_MARKS = re.compile(
    r"awq|gptq|int[348]|fp[48]|w\d+a\d+|bnb|\bbit|exl|hqq|quant|nf4|gguf|\dbit", re.IGNORECASE
)
"""Words by which a checkpoint says that it is quantized."""


_TYPE_WORDS = r"\b(?:mostly |all )?([A-Z]+\d[A-Z0-9_]*(?: - \w+| MoE)?|BF16|F16|F32)(?: - [\d.]+ bpw)?$"
"""How llama.cpp ends its description of a model: 'Q4_K - Medium', 'IQ2_XXS - 2.0625 bpw', 'MXFP4 MoE'."""


@dataclass
class Completer:
    """Fills in what rows lack; keeps every look-up, so that a hundred thousand rows of one model cost one."""

    hardware: str | None = None
    """As typed after --hardware; wins over what the file says."""
    model: str | None = None
    scheme: str | None = None
    backend: str | None = None
    engine: str | None = None
    notes: list[str] = field(default_factory=list)
    """What could not be used, once each."""
    _machines: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    _models: dict[tuple[object, ...], tuple[str, dict[str, Any] | None]] = field(default_factory=dict)
    _schemes: dict[tuple[object, ...], str] = field(default_factory=dict)
    _here: HardwareProfile | None = None

    def complete(self, row: Row) -> Row:
        """The row with catalogue names. Raises UsageError naming the option that is needed."""
        if row.tool and row.host and not self.hardware:  # our own export: it was complete when it was written
            return row
        row = self._with_engine(row)
        model, profile = self._model(row)
        scheme = "" if row.kind == "bandwidth" else self._scheme(row)
        host, hardware = self._machine(row)
        facts = {**row.facts, "model_profile": profile} if profile else row.facts
        backend = self.backend or row.backend or self._backend(row)
        return replace(
            row, model=model, scheme=scheme, host=host, hardware=hardware, backend=backend, facts=facts
        )

    def _with_engine(self, row: Row) -> Row:
        """The row with its engine; tools that time a server through its interface do not know it."""
        if row.engine or row.kind not in ("speed", "serving"):
            return row
        if not self.engine:
            raise UsageError(
                f"{row.tool or 'the file'} does not say which engine it timed; add --engine NAME"
            )
        return replace(row, engine=facts(self.engine).name)

    def here(self) -> HardwareProfile:
        """This machine, probed once."""
        if self._here is None:
            from advisor.probe import probe

            self._here = probe()
        return self._here

    def _machine(self, row: Row) -> tuple[str, str]:
        cpu, gpu = str(row.facts.get("cpu") or ""), str(row.facts.get("gpu") or "")
        key = (cpu, gpu, row.backend)
        if key not in self._machines:
            self._machines[key] = self._find_machine(cpu, gpu, row)
        return self._machines[key]

    def _find_machine(self, cpu: str, gpu: str, row: Row) -> tuple[str, str]:
        from advisor.catalog.resolve import resolve_hardware

        if self.hardware:
            return host_of(self.here() if self.hardware.lower() == THIS else resolve_hardware(self.hardware))
        on_cpu = row.backend == "cpu" or not gpu
        if row.kind == "accuracy" and not (cpu or gpu):
            return "", row.hardware  # damage does not depend on the machine
        if not (cpu or gpu):
            raise UsageError(
                f"the file does not say on which machine it was measured; add --hardware {THIS}, or its name"
            )
        if self._is_here(cpu, gpu):
            return host_of(self.here())
        name = cpu if on_cpu else _counted(gpu)
        try:
            return host_of(resolve_hardware(name))
        except AdvisorError:
            self.notes.append(
                f"the machine {name!r} is in no catalogue: its rows are kept, and used with --hardware only"
            )
            return "", name

    def _is_here(self, cpu: str, gpu: str) -> bool:
        """Whether the file's machine is this one: the same processor, and the same GPUs if it used any."""
        here = self.here()
        if not cpu or cpu_key(cpu) != cpu_key(here.cpu.brand or ""):
            return False
        theirs = sorted(_squash(name) for name in gpu.split(",") if name.strip())
        return theirs == sorted(_squash(found.name) for found in here.gpus)

    def _model(self, row: Row) -> tuple[str, dict[str, Any] | None]:
        raw = self.model or row.model
        n_params = row.facts.get("n_params")
        key = (raw, n_params, row.facts.get("model_type"))
        if key not in self._models:
            self._models[key] = self._find_model(raw, n_params, row)
        return self._models[key]

    def _find_model(self, raw: str, n_params: int | None, row: Row) -> tuple[str, dict[str, Any] | None]:
        from advisor.catalog.resolve import resolve_model

        if row.kind == "bandwidth":
            return "", None
        if self.model:
            return kept_model(resolve_model(self.model))
        if not raw:
            raise UsageError(
                f"the file does not say which model {row.tool or 'it'} measured; add --model NAME"
            )
        if raw.lower().endswith(".gguf") and os.path.isfile(raw):
            return kept_model(resolve_model(raw))
        params_b = n_params / 1e9 if n_params else None
        for text in (_plain_name(raw), _plain_name(str(row.facts.get("model_type") or ""))):
            found = match_model(text, params_b) if text else None
            if found is not None:
                return found.name, None
        if not n_params:
            raise UsageError(
                f"the model {raw!r} is in no catalogue; add --model NAME, a GGUF file or its size, e.g. 13B"
            )
        name = re.sub(_TYPE_WORDS, "", _plain_name(raw)).strip() or raw
        bare = ModelProfile(name=name, source="user", n_params=n_params, n_active_params=n_params)
        return kept_model(bare)

    def _scheme(self, row: Row) -> str:
        raw = self.scheme or row.scheme
        key = (raw, row.model, row.facts.get("model_type"), row.engine)
        if key not in self._schemes:
            self._schemes[key] = self._find_scheme(raw, row)
        return self._schemes[key]

    def _find_scheme(self, raw: str, row: Row) -> str:
        engine = row.engine or None
        if raw:
            return find_scheme(raw, engine).name
        for text in _scheme_texts(row):
            try:
                return find_scheme(text, engine).name
            except AdvisorError:
                continue
        # serving engines run a checkpoint without a scheme in its name in its own type
        if row.model and facts(row.engine).serves and not _MARKS.search(row.model):
            return self._own_type(row)
        raise UsageError(
            f"the file does not say how {row.model or 'the model'} is quantized; add --scheme, e.g. Q4_K_M"
        )

    def _own_type(self, row: Row) -> str:
        """The type a checkpoint was published in; 16 bits for nearly all, MXFP4 for some."""
        found = match_model(_plain_name(row.model))
        try:
            return (
                find_scheme(found.native_dtype, row.engine).name if found and found.native_dtype else "BF16"
            )
        except AdvisorError:
            return "BF16"

    def _backend(self, row: Row) -> str:
        """What the engine would run on: the machine asked for decides."""
        from advisor.catalog.resolve import resolve_hardware

        if row.kind == "accuracy":
            return ""
        if row.kind == "bandwidth":
            return "cpu"
        machine = self.hardware or str(row.facts.get("gpu") or "")
        if not machine:
            return ""
        profile = self.here() if machine.lower() == THIS else resolve_hardware(machine)
        return default_backend(row.engine or engine_for("gguf"), profile.gpus[0] if profile.gpus else None)


def kept_model(found: ModelProfile) -> tuple[str, dict[str, Any] | None]:
    """The catalogue's name, or the name and the shapes to keep with the row."""
    if found.source == "catalogue":
        return found.name, None
    same = match_model(found.name, found.n_params / 1e9 if found.n_params else None)
    if same is not None and _same_shapes(same, found):
        return same.name, None
    kept = (
        "name",
        "source",
        "architecture",
        "n_params",
        "n_active_params",
        "n_layers",
        "hidden_size",
        "intermediate_size",
        "n_heads",
        "n_kv_heads",
        "head_dim",
        "vocab_size",
        "tie_embeddings",
        "n_experts",
        "n_experts_used",
        "n_shared_experts",
        "moe_intermediate_size",
        "first_dense_layers",
        "sliding_window",
        "sliding_pattern",
        "attention",
    )
    return found.name, {name: getattr(found, name) for name in kept if getattr(found, name) is not None}


def _same_shapes(a: ModelProfile, b: ModelProfile) -> bool:
    names = ("n_layers", "hidden_size", "n_heads", "intermediate_size")
    return all(None in (getattr(a, n), getattr(b, n)) or getattr(a, n) == getattr(b, n) for n in names)


def _plain_name(text: str) -> str:
    """The name in a path, without the file's ending and its part of a split."""
    name = re.sub(r"[\\/]+$", "", text)
    if name.lower().endswith(".gguf"):
        name = re.sub(r"-\d{5}-of-\d{5}$", "", re.split(r"[\\/]", name)[-1][:-5])
    return re.sub(r"\s+(all|mostly)\s+", " ", name)


def _scheme_texts(row: Row) -> list[str]:
    """Where a scheme may be written: the file name, llama.cpp's description, the words of a checkpoint's
    name."""
    texts = []
    if row.model.lower().endswith(".gguf"):
        texts.append(re.split(r"[\\/]", row.model)[-1])
    described = re.search(_TYPE_WORDS, str(row.facts.get("model_type") or ""))
    if described:
        base, _, size = described[1].replace(" MoE", "_MOE").partition(" - ")
        texts.append(f"{base}_{size[0]}" if size else base)
    if not row.model.lower().endswith(".gguf"):
        words = re.split(r"[-_/:]", row.model.replace("quantized.", ""))
        texts += [
            "-".join(words[start:end])
            for start in range(1, len(words))
            for end in range(len(words), start, -1)
            if re.search(r"\d|awq|gptq", "-".join(words[start:end]).lower())
            and not re.fullmatch(r"v?[\d.]+[bm]?", "-".join(words[start:end]).lower())
        ]
        texts += re.findall(r":(\S+)$", row.model)[:1]
    return texts


def _counted(gpus: str) -> str:
    """'NVIDIA A100, NVIDIA A100' as '2x NVIDIA A100'."""
    names = [name.strip() for name in gpus.split(",") if name.strip()]
    return f"{len(names)}x {names[0]}" if len(names) > 1 and len(set(names)) == 1 else " + ".join(names)


def _squash(name: str) -> str:
    return re.sub(r"[^a-z0-9]|nvidia|geforce|amd|intel", "", name.lower())
