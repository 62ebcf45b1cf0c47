"""Quantized copies by name: the scheme of the repository 'owner/Model-AWQ', of the tag 'model:8b-q4_K_M'."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from advisor.catalog.checkpoints import FP8_OF, Checkpoint, all_checkpoints
from advisor.catalog.containers import container_of
from advisor.catalog.models.find import is_repository, plain
from advisor.catalog.names import compiled
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import UnknownNameError

_MARK = (
    r"awq|gptq|auto-?round|\b(?:nv|mx)?fp[48]|\bw\d+a\d+|bnb|bitsandbytes|(?<![a-z0-9])(?:exl[23]|hqq|aqlm|e8p|quip)|\bmlx|gguf"
    r"|\bint[48]\b|(?<![a-z0-9])\d-?bit(?![a-z])|[-_]ov$"
)
"""What a name must hold to be looked at further: most names have nothing of it."""
_GGUF_TAG = (
    r"(?:^|[:\-_./])((?:ud-)?(?:i?q\d(?:_[a-z0-9]+)*|tq\d_0|mxfp4(?:_moe)?(?=\.gguf)|f16|fp16|bf16|f32))"
    r"(?:[.\-_]gguf)?$"
)
_GROUP_NOTE = "the name does not state the group size: {scheme} is assumed"
_FP8_NOTE = "the name does not state its scales: {scheme} is assumed"
_EXL_NOTE = (
    "the name does not state the bits per weight of this EXL{kind} copy: one is chosen, and pulled from the "
    "branch of that width, as such repositories have them"
)
_IN_GGUF = {"mxfp4": "MXFP4_MOE"}
"""What file names call a scheme of GGUF -> llama.cpp's name (https://huggingface.co/ggml-org/gpt-oss-20b-GGUF)."""
_SHARD = r"-\d{5}-of-\d{5}(?=\.gguf$|$)"
"""Files too large for one are split, and every part names the same quantization."""
_WHOLE = r"(?<![a-z0-9])(bf16|f16|fp16)(?![a-z0-9])"


def as_published(profile: ModelProfile, text: str) -> ModelProfile:
    """*profile*, found by the name *text*, with what the name says of a quantized copy.

    A checkpoint in AWQ, GPTQ, FP8 … gets `fixed_scheme`: its repository is served and never quantized again.
    A repository of GGUF files becomes `files_repository`, and `hf_id` the edition they were made of; a file
    that the name states (by its ending or its tag) is its `fixed_scheme`.
    """
    typed = plain(text)
    lower = compiled(_SHARD).sub("", typed.lower())
    if lower in (profile.name.lower(), (profile.edition or "").lower()):
        return profile
    repository = typed.partition(":")[0] if is_repository(typed.partition(":")[0]) else None
    tag = compiled(_GGUF_TAG).search(lower)
    own = container_of(repository) if repository else None
    whole = compiled(_WHOLE).search(lower)
    if own and whole:
        return replace(profile, fixed_scheme=_canonical(whole.group(1)))
    qat = re.search(r"(?<![a-z])qat(?![a-z])", lower) is not None
    if qat:
        profile = _trained_for_it(profile, typed)
    if "gguf" in lower or (tag and own is None):
        stated = _canonical(_IN_GGUF.get(tag.group(1), tag.group(1))) if tag else None
        several = any(one.repository == repository for one in all_checkpoints(profile))
        return _gguf(profile, typed, repository, "Q4_0" if qat and not stated and not several else stated)
    if not compiled(_MARK).search(lower) or "unquantized" in lower:
        return replace(profile, fixed_scheme="Q4_0") if qat and repository is None else profile
    repository = _repository(profile, typed)
    listed = _listed(profile, repository)
    scheme, note = _scheme(repository.lower())
    if listed:
        scheme, note = _canonical(listed.scheme) or listed.scheme, "" if listed.sure else note
    notes = (*profile.notes, *([f"{text!r}: {note}"] if note else []))
    return replace(profile, fixed_scheme=scheme, notes=notes)


def _repository(profile: ModelProfile, typed: str) -> str:
    """The repository that *typed* means: its publisher may be left out; else *typed* itself."""
    known = profile.hf_id or ""
    return known if known.lower().endswith(f"/{typed.lower()}") else typed


def _listed(profile: ModelProfile, repository: str) -> Checkpoint | None:
    """*repository* in the table of published checkpoints; None where it is not, or holds several schemes."""
    found = {
        one.scheme: one for one in all_checkpoints(profile) if one.repository.lower() == repository.lower()
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _trained_for_it(profile: ModelProfile, typed: str) -> ModelProfile:
    """The edition that was trained to be quantized: other weights than the one whose shapes it has."""
    note = (
        f"{typed!r} was trained to be quantized to 4 bits (QAT): it loses less than the figures of an "
        "ordinary file say; how much less is not measured"
    )
    name = profile.name if profile.name.lower().endswith("-qat") else f"{profile.name}-QAT"
    tag = typed if ":" in typed and not is_repository(typed.partition(":")[0]) else profile.ollama_tag
    return replace(profile, name=name, edition=None, ollama_tag=tag, notes=(*profile.notes, note))


def _gguf(profile: ModelProfile, typed: str, repository: str | None, scheme: str | None) -> ModelProfile:
    """A repository of GGUF files, one of its files, or a tag of Ollama that names a quantization."""
    notes = list(profile.notes)
    if scheme:
        notes.append(
            f"{typed!r} names its {scheme} file: the answer is for that file; leave the quantization out of "
            "the name for a choice among all"
        )
    return replace(
        profile,
        fixed_scheme=scheme,
        files_repository=repository,
        hf_id=profile.edition if repository else profile.hf_id,
        ollama_tag=typed if repository is None and ":" in typed else profile.ollama_tag,
        notes=tuple(notes),
    )


_Reader = Callable[[str, re.Match[str]], tuple[str | None, str]]


def _canonical(text: str) -> str | None:
    try:
        return find_scheme(text).name
    except UnknownNameError:
        return None


def _scheme(lower: str) -> tuple[str | None, str]:
    """(scheme, note) of a checkpoint's name in lower case; (None, reason) when it does not say enough."""
    for marks, reader in _READERS:
        found = compiled(marks).search(lower)
        if found:
            scheme, note = reader(lower, found)
            name = scheme and _canonical(scheme)
            return name, note.format(scheme=name) if name or not scheme else ""
    return None, ""


def _bits(lower: str, default: int) -> int:
    stated = re.search(r"(?:int|(?<![a-z0-9])q)(\d)(?!\d)|(?<![\d.])(\d)-?bits?(?=gs|\b)|\bw(\d)a\d", lower)
    return int(next(filter(None, stated.groups()))) if stated else default


def _grouped(method: str) -> _Reader:
    def read(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
        group = re.search(r"\bg(\d{2,4})\b|\b(\d{2,4})g\b", lower)
        size = next(filter(None, group.groups())) if group else "128"
        return f"W{_bits(lower, 4)}A16-INT-{method}-g{size}", "" if group else _GROUP_NOTE

    return read


def _fp8(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    for word in ("dynamic", "static", "block"):
        if re.search(rf"\b{word}\b", lower):
            return f"W8A8-FP-{word}", ""
    known = FP8_OF.get(lower.partition("/")[0])
    return (known, "") if known else ("W8A8-FP-dynamic", _FP8_NOTE)


def _weights_and_activations(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    """RedHatAI's 'quantized.w8a8', 'w4a16' (by GPTQ, in groups of 128) and 'w8a16'."""
    weights, activations = found.group(1), found.group(2)
    plain = {"8 8": "W8A8-INT", "8 16": "W8A16-INT"}.get(f"{weights} {activations}")
    if plain:
        return plain, ""
    return (f"W{weights}A16-INT-gptq-g128", _GROUP_NOTE) if activations == "16" else (None, "")


def _bnb(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    return ("BNB-INT8", "") if _bits(lower, 4) == 8 else ("NF4", "")


def _mlx(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    for kind in ("mxfp4", "nvfp4", "mxfp8"):
        if kind in lower:
            return f"MLX-{kind.upper()}", ""
    bits = _bits(lower, 0)
    return (f"MLX-{bits}bit-g64", "") if bits else (None, "")


def _aqlm(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    """Bits and codebooks stand anywhere behind the word: 'AQLM-2Bit-1x16', 'AQLM-PV-2Bit-1x16-hf'."""
    bits, books = re.search(r"(\d)-?bit", lower), re.search(r"(?<!\d)(\d+x\d+)(?!\d)", lower)
    if bits is None or books is None:
        return None, "the name does not state the bits and codebooks of this AQLM copy"
    tuned = re.search(r"(?<![a-z])pv(?![a-z])", lower)
    return f"AQLM-{bits[1]}bit-{books[1]}", _PV_NOTE if tuned else ""


_PV_NOTE = (
    "was fine-tuned after rounding (PV-tuning): it loses less than the figures of plain AQLM say; how much "
    "less is not measured"
)


def _quip(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    """QuIP#'s lattice is called E8P (https://huggingface.co/relaxml)."""
    return f"QuIP#-{_bits(lower, 2)}bit", ""


def _exl(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    bits = re.search(r"(?<![\d.])(\d(?:[._]\d+)?)[ _-]?bpw|exl[23][-_:](\d(?:[._]\d+)?)(?![a-z\d])", lower)
    if bits is None:
        return None, _EXL_NOTE.replace("{kind}", found.group(1))
    stated = float(next(filter(None, bits.groups())).replace("_", "."))
    return f"EXL{found.group(1)}-{stated}bpw", ""


def _openvino(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    """Made by NNCF, which rounds 4 bits in groups and 8 bits by row
    (https://docs.openvino.ai/2026/openvino-workflow/model-optimization-guide/weight-compression.html)."""
    if _bits(lower, 8) != 4:
        return "OV-INT8", ""
    return f"OV-INT4{'-awq' if 'awq' in lower else ''}-g128", _GROUP_NOTE


def _hqq(lower: str, found: re.Match[str]) -> tuple[str | None, str]:
    group = re.search(r"(?:(?<![a-z0-9])|(?<=bit))gs?-?(\d{2,3})(?![a-z0-9])", lower)
    return f"HQQ-{_bits(lower, 4)}bit-g{group.group(1) if group else 64}", "" if group else _GROUP_NOTE


_READERS: tuple[tuple[str, _Reader], ...] = (
    (r"^openvino/|[-_]ov$", _openvino),
    (r"\bmlx", _mlx),
    (r"(?<![a-z0-9])exl([23])", _exl),
    (r"(?<![a-z0-9])hqq", _hqq),
    (r"(?<![a-z0-9])aqlm", _aqlm),
    (r"(?<![a-z0-9])(?:e8p|quip)", _quip),
    # OPEA's copies and those of Intel's compressor are AutoRound's (https://huggingface.co/OPEA)
    (r"auto-?round|^opea/|[-_]inc$", _grouped("autoround")),
    (r"awq", _grouped("awq")),
    (r"gptq", _grouped("gptq")),
    (r"bnb|bitsandbytes", _bnb),
    (r"\bnvfp4a16|\bw4a16[._-]?nvfp4", lambda lower, found: ("NVFP4A16", "")),
    (r"\bmxfp4", lambda lower, found: ("MXFP4", "")),
    (r"\bmxfp8", lambda lower, found: ("MXFP8", "")),
    (
        r"\bint[48]\b|(?<![a-z0-9])\d-?bit(?![a-z])",
        lambda lower, found: (f"W{_bits(lower, 4)}A16-INT-gptq-g128", _GROUP_NOTE),
    ),
    (r"\b(?:nv)?fp4", lambda lower, found: ("NVFP4", "")),
    (r"\bfp8", _fp8),
    (r"\bw(\d+)a(\d+)", _weights_and_activations),
)
"""(what stands in the name, its reader), the most telling first."""
