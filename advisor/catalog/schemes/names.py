"""The grammar of scheme names: `family-bits-method-group` and the spellings people use for it."""

import re
from functools import cache
from typing import NamedTuple

from advisor.catalog.schemes.table import names_by_key, scheme_file
from advisor.documents.kinds import ActivationType
from advisor.engines import comparable, facts

_EXL = re.compile(r"^exl([23])-?v?(\d+(?:\.\d+)?)(?:-?bpw|-?bits?)?(?:-(?:mul1|mcg|hq|h\d|hb\d))*$")
_EXL_REVERSED = re.compile(r"^(\d+(?:\.\d+)?)-?bpw-(?:h\d-)?exl([23])$")
_AQLM = re.compile(r"^aqlm(-pv)?-(\d)-?bits?-(\d+)x(\d+)(?:g(\d+))?$")
_QUIP = re.compile(r"^quip-?(?:#|sharp)-?(\d)(?:-?bits?)?$")
_WEIGHT_ACT = re.compile(r"^w(\d+(?:\.\d+)?)a(\d+)$")
_BITS = re.compile(r"^(?:int|uint|w|q)?(\d(?:\.5)?)(?:bits?|b|w)?$")
_GROUP = re.compile(r"^(?:g|gs|group)(\d+)$|^(\d+)g$")
_PER_ROW = {"perchannel", "channel", "channelwise", "nogroup", "perrow"}
_SAID_BY_OTHERS = {
    "int",
    "bit",
    "bits",
    "sym",
    "asym",
    "actorder",
    "marlin",
    "w",
    "quantized",
    "quant",
    "real",
    "community",
    "exllama",
}
"""Words that say nothing about size or accuracy class beyond the rest of the name."""
_REPACKED = re.compile(r"^(.*)[_-](?:r4|r8|r16|x4)$", re.IGNORECASE)


class Parts(NamedTuple):
    """What a name outside the table says."""

    kind: str
    """method, exl, gguf-pure or gguf-repacked."""
    name: str
    """The canonical spelling."""
    method: str = ""
    bits: float = 0
    group: int | None = None
    act_bits: int = 16
    act_dtype: ActivationType = "f16"


_FEW = 3
"""More schemes than these are not told one by one."""


def listed_name(text: str, engine: str | None = None) -> str | None:
    """The canonical name of a listed scheme or alias, as *engine*'s users mean it; None when unlisted."""
    by_engine = scheme_file()["aliases_by_engine"]
    wanted = comparable(text)
    if engine:
        group = "gguf" if facts(engine).reads_gguf else engine
        if wanted in by_engine.get(group, ()):
            return str(by_engine[group][wanted])
    return names_by_key().get(wanted)


def short_for(text: str, name: str) -> str:
    """What is said of a name that means one scheme here and another on other engines; '' for any other."""
    wanted = comparable(text)
    others = {said[wanted] for said in scheme_file()["aliases_by_engine"].values() if wanted in said}
    if not (others - {name}) or comparable(name) == wanted:
        return ""
    if len(others - {name}) > _FEW:
        return f"{text!r} is taken as {name}; other engines mean other schemes by it: name the engine"
    return f"{text!r} is taken as {name}; on other engines it means {' or '.join(sorted(others - {name}))}"


def parse(text: str) -> Parts | None:
    """A parametric name in any usual spelling; None when the grammar does not cover it."""
    low = re.sub(r"[\s_/:+]+", "-", text.strip().lower()).strip("-")
    return _gguf_variant(text) or _exl(low) or _codebook(low) or _tokens(low)


def _gguf_variant(text: str) -> Parts | None:
    table = scheme_file()
    plain = text.strip()
    if plain.lower().endswith("-pure"):
        base = comparable(plain[:-5])
        repacked = _REPACKED.match(plain[:-5])
        if repacked:
            base = comparable(repacked.group(1))
        ggml_type = next((t for t in table["ggml_types"] if comparable(t) == base), None)
        return Parts("gguf-pure", f"{ggml_type}-pure", method=ggml_type) if ggml_type else None
    repacked = _REPACKED.match(plain)
    if repacked:
        name = listed_name(repacked.group(1))
        if (
            name
            and name in table["gguf"]
            and not name.startswith("UD-")
            and table["gguf"][name]["family"] != "none"
        ):
            return Parts("gguf-repacked", f"{name}_R4", method=name or "")
    return None


def _exl(low: str) -> Parts | None:
    found = _EXL.match(low)
    if found:
        version, bpw = found.group(1), found.group(2)
    else:
        found = _EXL_REVERSED.match(low)
        if not found:
            return None
        bpw, version = found.group(1), found.group(2)
    bits = float(bpw)
    least, most = scheme_file()["methods"][f"exl{version}"]["bits"]
    if not least <= bits <= most:
        return None
    return Parts("exl", f"EXL{version}-{bits}bpw", method=f"exl{version}", bits=bits)


def _codebook(low: str) -> Parts | None:
    found = _AQLM.match(low)
    if found:
        pv, bits, books, width, group = found.groups()
        name = f"AQLM{(pv or '').upper()}-{bits}bit-{books}x{width}" + (f"g{group}" if group else "")
        return Parts("method", name, method="aqlm", bits=int(bits))
    found = _QUIP.match(low)
    if found and int(found.group(1)) in scheme_file()["methods"]["quip#"]["bits"]:
        return Parts("method", f"QuIP#-{found.group(1)}bit", method="quip#", bits=int(found.group(1)))
    return None


@cache
def _methods() -> tuple[dict[str, str], tuple[str, ...]]:
    """Methods by their name without dashes; and the words whose dash is no boundary."""
    table = scheme_file()
    known = {name.replace("-", ""): name for name in (*table["methods"], *table["research_methods"])}
    words = (*table["research_methods"], "auto-round", "per-channel", "act-order")
    return known, tuple(name for name in words if "-" in name)


def _tokens(low: str) -> Parts | None:
    """Names made of words in any order: weight and activation bits, method, group."""
    known, dashed = _methods()
    for name in dashed:
        low = low.replace(name, name.replace("-", ""))
    bits = act = group = None
    methods: list[str] = []
    floating = False
    for token in low.split("-"):
        if match := _WEIGHT_ACT.match(token):
            bits, act = float(match.group(1)), int(match.group(2))
        elif token in known:
            methods.append(known[token])
        elif token in ("fp", "fp8"):
            floating = True
        elif match := _GROUP.match(token):
            group = int(match.group(1) or match.group(2))
        elif token in _PER_ROW:
            group = -1
        elif match := _BITS.match(token):
            if bits is not None and int(float(match.group(1))) != bits:
                return None
            bits = float(int(float(match.group(1)))) if bits is None else bits
        elif token and token not in _SAID_BY_OTHERS:
            return None
    if bits is None or (act is None and not methods):
        return None
    return _compose(bits, 16 if act is None else act, methods, group, floating)


def _compose(bits: float, act: int, methods: list[str], group: int | None, floating: bool) -> Parts | None:
    table = scheme_file()
    research = [m for m in methods if m in table["research_methods"]]
    if not research and len(methods) > 1:
        return None
    method = methods[0] if methods else ""
    if research:
        method = "-".join(research + [m for m in methods if m in ("gptq", "rtn")])
    row = table["methods"].get(method)
    if row and bits not in row["bits"]:
        return None
    shown = int(bits) if bits == int(bits) else bits
    if method in ("hqq", "mlx"):
        group = row["group"] if group is None else group
        tail = "perchannel" if group == -1 else f"g{group}"
        return Parts("method", f"{method.upper()}-{shown}bit-{tail}", method, shown, group)
    if method in ("exl2", "exl3", "aqlm", "quip#") or (floating and act == 16):
        return None
    if bits == 8 and act == 8 and method in ("", "gptq", "rtn", "smoothquant"):
        return Parts("listed", "W8A8-FP-dynamic" if floating else "W8A8-INT")
    method = method or ("gptq" if act == 16 else "rtn")
    if group is None:
        group = table["methods"].get(method, {}).get("group", -1) if act >= 8 else -1
    tail = "perchannel" if group == -1 else f"g{group}"
    floating = floating or (act == 8 and method == "awq")
    integers: dict[int, ActivationType] = {4: "int4", 6: "int6", 8: "int8"}
    dtype: ActivationType | None = "f16" if act >= 16 else "fp8" if floating else integers.get(act)
    if dtype is None:
        return None
    kind = "FP" if floating else "INT"
    return Parts("method", f"W{shown}A{act}-{kind}-{method}-{tail}", method, shown, group, act, dtype)
