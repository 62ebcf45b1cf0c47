"""Quantization schemes by name: `find_scheme("q4km")`, `find_scheme("HQQ-3bit-g32")`, `all_schemes()`."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from advisor.catalog.kernels import supports
from advisor.catalog.names import KEPT_ANSWERS, MOST_CHARACTERS
from advisor.catalog.schemes import table as file
from advisor.catalog.schemes.names import Parts, listed_name, parse
from advisor.catalog.schemes.spelling import undecorated, what_it_is
from advisor.documents.scheme import SchemeProfile
from advisor.engines import comparable
from advisor.engines.kv_types import spelled
from advisor.errors import UnknownNameError

_KV = re.compile(r"(?:[+\-_ ]|(?<=\d))kv[-_]?(?:cache[-_])?(?P<type>[a-z]*\d[\w.\-]*)", re.IGNORECASE)


@lru_cache(maxsize=KEPT_ANSWERS)
def find_scheme(text: str, engine: str | None = None) -> SchemeProfile:
    """The scheme a name means, in any case and usual spelling ('q4km', 'FP8_DYNAMIC', 'exl3-4').

    With *engine*, a short name means what that engine's users mean by it: 'mxfp4' is MXFP4_MOE under
    llama.cpp and MLX-MXFP4 under mlx; '4bit' is Q4_K_M, MLX-4bit-g64, NF4 …
    Raises UnknownNameError with the nearest names, also for a KV-cache type glued on (see `split_kv`).
    """
    plain = text[:MOST_CHARACTERS].strip()
    if plain.lower().endswith(".gguf"):
        plain = _in_file_name(plain[:-5])
    name = listed_name(plain, engine)
    if name is None:
        plain = undecorated(plain)
        name = listed_name(plain, engine)
    if name is None and _KV.search(plain):
        raise UnknownNameError("scheme", text, (), "give the KV-cache type by itself, beside the scheme")
    parts = parse(name if name else plain) if name not in _tabled() else None
    if name is None and parts is None:
        raise UnknownNameError("scheme", text, _nearest(plain), what_it_is(plain))
    return _build(name, parts)


@cache
def all_schemes() -> tuple[SchemeProfile, ...]:
    """Every scheme worth offering: GGUF types and mixes, then the schemes of the other engines.

    Left out though `find_scheme` knows them: F32, one-type (`-pure`) and repacked (`_R4`) files, and other
    parameters.
    """
    table = file.scheme_file()
    names = [name for name in table["gguf"] if name != "F32"] + list(table["fixed"]) + table["listed"]
    return tuple(_build(name, None) if name in _tabled() else find_scheme(name) for name in names)


def split_kv(text: str) -> tuple[str, str | None]:
    """A scheme name with a KV-cache type glued on -> (scheme name, KV type or None).

    'UD-Q4_K_XL+KV-q8_0' -> ('UD-Q4_K_XL', 'q8_0'); 'W4A4KV16-QuaRot' -> ('W4A4-QuaRot', 'f16').
    A KV type this project has no name for (2- and 3-bit research caches) comes back as written.
    """
    found = _KV.search(text)
    if not found:
        return text, None
    written = found.group("type")
    digits = re.match(r"\d+", written)
    if digits and spelled(written) is None:
        # 'W4A4KV4-QuaRot': the method follows the KV bits
        rest, written = written[digits.end() :], digits.group()
    else:
        rest = ""
    return text[: found.start()] + rest + text[found.end() :], spelled(written) or written


@cache
def _tabled() -> frozenset[str]:
    table = file.scheme_file()
    return frozenset((*table["gguf"], *table["fixed"]))


def _build(name: str | None, parts: Parts | None) -> SchemeProfile:
    table = file.scheme_file()
    if parts is None or parts.kind == "listed":
        listed = parts.name if parts else name or ""
        return file.gguf_profile(listed) if listed in table["gguf"] else file.fixed_profile(listed)
    if parts.kind == "gguf-pure":
        return _pure(parts)
    if parts.kind == "gguf-repacked":
        return file.gguf_profile(
            parts.method,
            name=parts.name,
            ftype=table["gguf"][parts.method].get("ftype", parts.method),
            aliases=(),
            supports=supports("gguf-ik"),
        )
    return file.method_profile(
        parts.name, parts.method, parts.bits, parts.group, parts.act_bits, parts.act_dtype
    )


def _pure(parts: Parts) -> SchemeProfile:
    """One ggml type on every quantizable tensor (`llama-quantize --pure`)."""
    mix = file.scheme_file()["ggml_types"][parts.method]
    return file.gguf_profile(mix, name=parts.name, ftype=parts.method, embedding_type=None, aliases=())


def _in_file_name(stem: str) -> str:
    """The scheme part of a GGUF file name ('Llama-3.1-8B-Q4_K_M' -> 'Q4_K_M'), else the whole."""
    stem = re.sub(r"-\d{5}-of-\d{5}$", "", stem.replace("\\", "/").rpartition("/")[2])
    words = re.split(r"[-.]", stem)
    for start in range(len(words)):
        tail = "-".join(words[start:])
        if listed_name(tail) or parse(tail):
            return tail
    return stem


def _nearest(text: str) -> tuple[str, ...]:
    import difflib

    table = file.names_by_key()
    close = difflib.get_close_matches(comparable(text), table, n=5, cutoff=0.5)
    return tuple(dict.fromkeys(table[found] for found in close))[:3]
