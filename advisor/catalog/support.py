"""Who can run what: the gate between a scheme's kernels and a machine."""

from typing import NamedTuple

from advisor.catalog.kernels import backends_of
from advisor.catalog.schemes.table import scheme_file
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.kinds import Backend, SupportLevel
from advisor.documents.scheme import SchemeProfile, Support
from advisor.engines import backends, engine_names, facts

_GOOD_FORMS = ("desktop", "laptop", "datacenter")
"""GPUs with memory of their own; beside them the CPU alone is offered only where a GGUF engine needs it."""


class Runnable(NamedTuple):
    """One way to run a scheme on a machine."""

    engine: str
    backend: Backend
    level: SupportLevel
    """partial: with the limits that `note` names."""
    note: str = ""


def runnable(
    scheme: SchemeProfile, hardware: HardwareProfile, engines: tuple[str, ...] = (), every: bool = False
) -> list[Runnable]:
    """The ways *hardware* can run *scheme*, full support before partial, in the table's order of engines.

    *engines* limits them (empty = any). Without *every*, ways nobody would choose are left out: Vulkan beside
    a CUDA that works on every card, the CPU alone beside a GPU with its own memory, and GGUF files on serving
    engines, which read them experimentally. An unknown compute capability or instruction set counts as
    allowed, and the note says so.
    """
    reached = backends.reached(hardware)
    best: dict[tuple[str, str], Runnable] = {}
    for support in scheme.supports:
        if (engines and support.engine not in engines) or support.backend not in reached:
            continue
        reason, note = _gate(support, hardware, reached[support.backend])
        if reason:
            continue
        slot = (support.engine, support.backend)
        if note and slot in best:
            continue  # a faster path that may or may not be there says nothing new
        way = Runnable(*slot, support.level, "; ".join(part for part in (support.note, note) if part))
        best[slot] = _merge(best[slot], way) if slot in best else way
    ways = list(best.values()) if every else _sensible(scheme, best, hardware)
    order = engine_names()
    return sorted(ways, key=lambda way: (way.level != "yes", order.index(way.engine)))


def why_not(scheme: SchemeProfile, hardware: HardwareProfile, engines: tuple[str, ...] = ()) -> str:
    """One sentence on why *hardware* cannot run *scheme* with *engines*; empty when it can."""
    if runnable(scheme, hardware, engines):
        return ""
    if not scheme.supports:
        return f"no engine of the support table runs {scheme.name}"
    supports = [s for s in scheme.supports if not engines or s.engine in engines]
    if not supports:
        others = ", ".join(dict.fromkeys(s.engine for s in scheme.supports))
        return f"{scheme.name} does not run on {' or '.join(engines)}; it runs on {others}"
    possible = runnable(scheme, hardware, engines, every=True)
    if possible and scheme.is_gguf and not scheme.reference:
        return f"{possible[0].engine} reads GGUF files with limits only ({possible[0].note}); use llama.cpp"
    reached = backends.reached(hardware)
    refused = [
        ((_beyond(support, reached[support.backend]), support.min_compute_capability or "0"), reason)
        for support in supports
        if support.backend in reached and support.backend != "cpu"
        and (reason := _gate(support, hardware, reached[support.backend])[0])
    ]  # fmt: skip
    if refused:
        # what asks least is what would help; a kernel that ended before the card's time would not
        return min(refused, key=lambda each: (each[0][0], backends.capability(each[0][1])))[1]
    if len({support.engine for support in supports}) == 1:
        return _one_engine(scheme, supports, hardware)
    wanted = " or ".join(dict.fromkeys(backends.WORDS[s.backend] for s in supports if s.backend != "cpu"))
    if not wanted:
        return f"{scheme.name} runs on the CPU only; {hardware.name} has a GPU that would stand idle"
    return f"{scheme.name} needs {wanted}; {hardware.name} has none"


def _one_engine(scheme: SchemeProfile, supports: list[Support], hardware: HardwareProfile) -> str:
    """Why the only engine in question has no way on this machine's kind of GPU, or on a machine without
    one."""
    engine = supports[0].engine
    for support in supports:
        if reason := _system(support, hardware):
            return reason
    wanted = tuple(dict.fromkeys(_hardware_words(support) for support in supports))
    listed = " or ".join(filter(None, (", ".join(wanted[:-1]), wanted[-1])))
    if not hardware.gpus:
        lacks = "neither" if len(wanted) == 2 else "none" if len(wanted) < 2 else "none of them"
        return f"{engine} needs {listed} for {scheme.name}; {hardware.name} has {lacks}"
    vendor = hardware.gpus[0].vendor
    if backends_of(engine) & set(backends.reached(hardware)) - {"cpu"}:
        return f"{engine} does not run {scheme.name} on {vendor} GPUs, only on {listed}"
    return f"{engine} has no backend for {vendor} GPUs; it runs {scheme.name} on {listed}"


def _hardware_words(support: Support) -> str:
    needs = ", ".join(support.requires_isa)
    return backends.WORDS[support.backend] + (f" with {needs}" if needs else "")


def _merge(known: Runnable, way: Runnable) -> Runnable:
    """Two rows of one engine and backend: the better level, both notes."""
    better = known if known.level == "yes" or way.level != "yes" else way
    notes = [known.note, way.note] if better is known else [way.note]
    note = "; ".join(dict.fromkeys(text for text in notes if text))
    return Runnable(known.engine, known.backend, better.level, note)


def _sensible(
    scheme: SchemeProfile, best: dict[tuple[str, str], Runnable], hardware: HardwareProfile
) -> list[Runnable]:
    reached = backends.reached(hardware)
    beyond = len(reached.get("vulkan", ())) > len(reached.get("cuda", ()))
    own_memory = any(gpu.form in _GOOD_FORMS or gpu.vendor == "Apple" for gpu in hardware.gpus)
    kept = []
    for (engine, backend), way in best.items():
        if backend == "vulkan" and (engine, "cuda") in best and not beyond:
            continue
        if scheme.is_gguf and not scheme.reference and not facts(engine).reads_gguf:
            continue
        on_gpu = any(e == engine and b != "cpu" for e, b in best)
        if backend == "cpu" and own_memory and (on_gpu or not facts(engine).reads_gguf):
            continue
        kept.append(way)
    return kept


def _gate(support: Support, hardware: HardwareProfile, gpus: list[Gpu]) -> tuple[str, str]:
    """(why not, note): why not is empty when one GPU (or the CPU) passes."""
    reason = _system(support, hardware)
    if reason:
        return reason, ""
    if support.backend == "cpu":
        return _isa(support, hardware)
    reasons, passed, notes = [], [], []
    for gpu in gpus:
        reason, note = _generation(support, gpu)
        if reason:
            reasons.append(reason)
        else:
            passed.append(gpu)
            notes.append(note)
    if not passed:
        return reasons[0], ""
    note = next((n for n in notes if n), "")
    if reasons:
        only = "only on " + ", ".join(dict.fromkeys(_label(gpu) for gpu in passed))
        note = f"{note}; {only}" if note else only
    return "", note


def _system(support: Support, hardware: HardwareProfile) -> str:
    systems = facts(support.engine).systems
    if not systems or not hardware.os:
        return ""
    return "" if system_of(hardware.os) in systems else f"{support.engine} does not run on {hardware.os}"


def system_of(os: str) -> str:
    """linux, macos, windows or other, as engines tell systems apart; *os* as any tool writes it."""
    here = os.lower()
    if "darwin" in here or "mac" in here:
        return "macos"
    if "windows" in here and "wsl" not in here:
        return "windows"
    return "other" if any(name in here for name in ("freebsd", "android", "ios")) else "linux"


def _isa(support: Support, hardware: HardwareProfile) -> tuple[str, str]:
    cpu = hardware.cpu
    if not support.requires_isa:
        return "", ""
    foreign = _foreign_isa(support.requires_isa, cpu.architecture)
    if not cpu.isa and not foreign:
        return "", f"if the CPU has {', '.join(support.requires_isa)}"
    missing = [feature for feature in support.requires_isa if feature not in cpu.isa]
    if foreign or missing:
        lacking = ", ".join(missing or support.requires_isa)
        return f"{support.engine} needs a CPU with {lacking}; {cpu.brand or 'this CPU'} has not", ""
    return "", ""


def _foreign_isa(features: tuple[str, ...], architecture: str) -> bool:
    x86 = any(f.startswith(("avx", "amx", "sse")) for f in features)
    return x86 != (architecture in ("x86_64", "amd64", "i686", ""))


def _generation(support: Support, gpu: Gpu) -> tuple[str, str]:
    what = support.needs or f"{support.engine} on {support.backend}"
    have = gpu.compute_capability
    if support.architectures:
        if have is None:
            return "", f"if the GPU is one of {', '.join(support.architectures)}"
        if have not in support.architectures:
            return f"{what} needs {', '.join(support.architectures)}; {_label(gpu)} is {have}", ""
        return "", ""
    least, most = support.min_compute_capability, support.max_compute_capability
    if not (least or most) or support.backend != "cuda":
        return "", ""
    if have is None:
        return "", f"if the GPU has compute capability {least or most}"
    if least and backends.capability(have) < backends.capability(least):
        return f"{what} needs compute capability {least}; {_label(gpu)} has {have}", ""
    if most and backends.capability(have) > backends.capability(most):
        instead = scheme_file()["instead"].get(support.needs)
        above = f"{_label(gpu)} has {have}" + (f", where {instead}" if instead else "")
        return f"{what} ends at compute capability {most}; {above}", ""
    return "", ""


def _beyond(support: Support, gpus: list[Gpu]) -> bool:
    most = backends.capability(support.max_compute_capability or "")
    return bool(most) and all(backends.capability(gpu.compute_capability or "0") > most for gpu in gpus)


def _label(gpu: Gpu) -> str:
    return gpu.catalog_name or gpu.name
