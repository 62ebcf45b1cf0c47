"""What engines load of a model, whatever the machine: mixtures of experts, weights published quantized, files
of one engine's own format."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.checkpoints import checkpoints
from advisor.catalog.containers import own_format
from advisor.catalog.native import UNREAD, native_schemes, trained_ternary
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile, Support
from advisor.engines import facts

_OWN_CONVERTERS = ("mlx", "exl2", "exl3")
"""Formats whose converters read FP8 and MXFP4 checkpoints themselves, as llama.cpp's does."""
_NOT_READ = (
    "the checkpoint is quantized in a way that is not known here ({method!r}), and nothing makes another "
    "scheme of it: name the unquantized model"
)


def loadable(scheme: SchemeProfile, model: ModelProfile) -> tuple[SchemeProfile, str]:
    """*scheme* with the engines that load it of *model*, and why the first of the others does not."""
    kept, reasons = [], []
    if (method := model.metadata.get(UNREAD)) and not trained_ternary(model):
        return replace(scheme, supports=()), _NOT_READ.format(method=method)
    own = own_format(model)
    native = () if model.fixed_scheme else native_schemes(model)
    for support in scheme.supports:
        reason = _refused(support, scheme, model, native)
        if own is not None and support.engine != own.engine:
            reason = f"{model.hf_id} holds {own.words}"
        if reason:
            reasons.append(reason)
        else:
            kept.append(support)
    if not reasons:
        return scheme, ""
    return replace(scheme, supports=tuple(kept)), reasons[0]


def _refused(support: Support, scheme: SchemeProfile, model: ModelProfile, native: tuple[str, ...]) -> str:
    if support.models == "dense" and model.is_moe:
        return f"{support.engine} does not load {scheme.name} of a mixture of experts"
    if support.models == "native" and scheme.name not in (*native, model.fixed_scheme):
        return f"{support.engine} loads {scheme.name} only of models published in it"
    own = facts(support.engine).reads_gguf or scheme.format in _OWN_CONVERTERS
    if native and scheme.name not in native and not own and not _published(scheme, model):
        return (
            f"{model.name} is published as {native[0]} and not in 16 bits: {support.engine} runs it "
            f"as it is, and nothing makes {scheme.name} of it"
        )
    return ""


def _published(scheme: SchemeProfile, model: ModelProfile) -> bool:
    """Whether somebody publishes this very scheme of a model whose vendor publishes another."""
    return any(one.sure and one.format != "gguf" for one in checkpoints(model, scheme.name))
