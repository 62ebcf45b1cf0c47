"""Scheme spellings of the sources -> canonical names.

GGUF names are llama.cpp's. Elsewhere `W<bits>A<bits>-<INT|FP>-<method>-<group>`, with `perchannel` for one
scale per channel; methods that only papers use (OmniQuant, QuIP, SpinQuant …) follow the same grammar.
"""

from __future__ import annotations

import math
import re
from functools import cache

from advisor.catalog.rows import every

_GGUF = re.compile(
    r"(UD-)?(Q[45]_[01]|Q[68]_0|Q[2-6]_K(_(S|M|L|XS|XL))?|Q8_K_XL|IQ[1-6]_(XXS|XS|S|M|NL|NL_XL|K|KS|KSS|KL|KT)|TQ[12]_0|MXFP4)"
    r"(-pure)?$"
)
_BESIDE = re.compile(r"\+KV-.*$|\s*\((from QAT checkpoint|Google QAT|google|QuantTrio|cyankiwi)\)$")
_LLAMA_CPP = re.compile(r"llama|ollama|koboldcpp|LM Studio", re.I)
_RESEARCH = re.compile(
    r"W([\d.]+)A(\d+)(?:KV\d+)?-"
    r"(GPTQ|GPTAQ|AWQ|AutoRound|RTN|HQQ|OmniQuant|QuIP|EfficientQAT|LLM-QAT|SmoothQuant|SpinQuant|QuaRot|FlatQuant|"
    r"AffineQuant|QUIK|Atom|LQER|BiLLM|PB-LLM|DB-LLM)(?:-4B)?(?:-(RTN|GPTQ|real|EoRA))?(?:-(g\d+|perchannel))?$"
)


def _group(group_size: float) -> str:
    if math.isnan(group_size):
        return ""
    return "-perchannel" if group_size <= 0 else f"-g{int(group_size)}"


def _gguf(name: str, engine: str) -> str:
    # _R4/_R8/_X4 store the same numbers in another order.
    name = re.sub(r"_(R[48]|X4)(?=$|-)", "", name).replace("-uniform", "-pure")
    if name in ("Q3_K", "Q4_K", "Q5_K"):
        # llama-quantize reads the bare name as _M; ik_llama.cpp's tables use it for the plain type.
        return name + ("_S" if engine == "ik_llama.cpp" else "_M")
    if re.fullmatch(r"Q[24568]_K_XL", name):  # Q3_K_XL is other people's too
        return f"UD-{name}"
    name = {"Q2_K_M": "Q2_K", "MXFP4": "MXFP4_MOE"}.get(name, name)
    return name if _GGUF.fullmatch(name) or name == "MXFP4_MOE" else ""


def _research(raw: str, group_size: float) -> str:
    found = _RESEARCH.fullmatch(raw)
    if not found:
        return ""
    bits, act, method, rounding, group = found.groups()
    bits = f"{float(bits):g}"
    group = {"perchannel": "-perchannel", None: ""}.get(group, f"-{group}") or _group(group_size)
    method = method.lower()
    if bits == "1" and method == "gptq":
        return ""  # a study's end point that nobody publishes
    if method == "hqq":
        return f"HQQ-{bits}bit{group}"
    if not group and act == "16" and method in ("gptq", "awq") and "KV" not in raw:
        group = "-g128"
    elif not group and method != "lqer":
        # The rotation papers (names with KV) and round-to-nearest without a group use one scale per channel.
        group = "-perchannel"
    if (bits, act, method) == ("8", "8", "rtn"):
        return "W8A8-INT"
    rounding = "" if rounding in (None, "real") else f"-{rounding.lower()}"
    return f"W{bits}A{act}-INT-{method}{rounding}{group}"


@cache
def _listed() -> dict[str, str]:
    """Spelling -> canonical name, of those that no rule covers: profiles/scheme_aliases.csv."""
    return {row["raw"]: row["catalog"] for row in every("scheme_aliases.csv")}


@cache
def canonical(raw: str, group_size: float = math.nan, weight_bits: float = math.nan, engine: str = "") -> str:
    """The canonical name, or '' for mixtures without one.

    A KV-cache suffix and a note on the checkpoint are left off: they are not the weights' scheme. Rows that
    quantize only the cache are 'F16'.
    """
    name = _BESIDE.sub("", raw.strip())
    if weight_bits == 16 and re.match(r"(KV|FP16|F16|BF16)", name):
        return "BF16" if name.startswith("BF16") else "F16"
    if _LLAMA_CPP.search(engine) or name != "MXFP4":
        found = _gguf(name, engine)
        if found:
            return found
    if name in _listed() and (engine, name) != ("mlx", "MXFP4"):
        found = _listed()[name]
        if found == "W4A16-INT-gptq-g128" and not math.isnan(group_size):
            found = "W4A16-INT-gptq" + _group(group_size)
        return found
    if name == "W4A16-INT-AWQ":
        return "W4A16-INT-awq" + (_group(group_size) or "-g128")
    if match := re.fullmatch(r"(EXL[23])-([\d.]+)bpw.*", name, re.I):
        return f"{match[1].upper()}-{float(match[2])}bpw"
    if match := re.fullmatch(r"MLX-\dbit(-g\d+)?", name):
        return name if match[1] else f"{name}-g64"
    if engine == "mlx" and name in ("INT4", "MXFP4"):
        return "MLX-4bit-g64" if name == "INT4" else "MLX-MXFP4"
    if match := re.fullmatch(r"OV-int4-a?sym-(?:r100-gs(\d+)|g(\d+)-r100)(?:-data)?(-gptq|-awq)?", name):
        return f"W4A16-INT{match[3] or '-rtn'}-g{match[1] or match[2]}"
    if re.fullmatch(r"(AQLM|VPTQ)-.*", name):
        return name
    return _research(name, group_size)
