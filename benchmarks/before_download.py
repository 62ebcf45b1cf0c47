"""Measure two schemes of one synthetic model, predict a larger model at other schemes, then measure that too.

    python benchmarks/before_download.py [--small llama-3.2-1b] [--large llama-3.2-3b] [--threads N]

Nothing is downloaded; everything happens in a temporary folder. Run it on a machine that does nothing else:
on a busy one the best repetition of each is compared, and the rows say so.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.documents.hardware import HardwareProfile
    from advisor.documents.model import ModelProfile
    from advisor.documents.scheme import SchemeProfile
    from advisor.measuring.rows import Row
    from advisor.measuring.run.speed import SpeedTest

OWN = ("Q4_K_M", "Q8_0")
OTHERS = ("Q4_0", "Q5_K_M", "Q6_K")


def main() -> None:
    """Print predicted and measured decode speeds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", default="llama-3.2-1b")
    parser.add_argument("--large", default="llama-3.2-3b")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--repeats", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ADVISOR_DATA_DIR"] = os.environ["ADVISOR_CACHE_DIR"] = folder
        compare(args)


def compare(args: argparse.Namespace) -> None:
    """The four steps: bandwidth, own rows, prediction, measurement."""
    from advisor.catalog.models import find_model
    from advisor.catalog.schemes import find_scheme
    from advisor.measuring.run.bandwidth import measure_bandwidth
    from advisor.measuring.run.speed import SpeedTest
    from advisor.measuring.run.synthetic import Files, measure_synthetic
    from advisor.measuring.store import Origin, Store
    from advisor.probe import probe

    machine = probe()
    threads = (args.threads,) if args.threads else ()
    test = SpeedTest(prompt_tokens=16, output_tokens=4, repeats=args.repeats, threads=threads)
    rate = max(row.value for _ in range(3) for row in measure_bandwidth(machine, threads))
    machine = replace(
        machine,
        cpu=replace(machine.cpu, usable_cores=args.threads or machine.cpu.usable_cores),
        memory=replace(machine.memory, measured_bandwidth_bytes_per_s=rate),
    )
    print(f"{machine.name}: {rate / 1e9:.1f} GB/s read")
    small, large = find_model(args.small), find_model(args.large)
    before = {name: decode(large, find_scheme(name), machine, test) for name in OTHERS}
    for name in OWN:
        rows = measure_synthetic(small, find_scheme(name), test, machine, Files("all"))
        with Store() as store:
            store.add(rows, Origin(format="measured here"))
        print(f"{small.name} {name}: {line(rows[-1])}")
    after = {name: decode(large, find_scheme(name), machine, test) for name in OTHERS}
    print(f"{large.name}: decode tokens/s before own rows, with them, then measured")
    for name in OTHERS:
        row = measure_synthetic(large, find_scheme(name), test, machine, Files("all"))[-1]
        best = row.facts["best"] if "busy" in row.flags else row.value
        error = 100 * (after[name] / best - 1)
        print(f"  {name:7} {before[name]:7.2f} {after[name]:7.2f}   {line(row)}   predicted {error:+.0f} %")


def line(row: Row) -> str:
    """Median, best and doubts of a row."""
    return f"{row.value:.2f} tokens/s, best {row.facts['best']:.2f} ({row.flags})"


def decode(model: ModelProfile, scheme: SchemeProfile, machine: HardwareProfile, test: SpeedTest) -> float:
    """Predicted decode speed at the test's depth, with what the store holds."""
    from advisor.documents.outcome import Placement
    from advisor.documents.requirements import Load
    from advisor.measuring.own import own_evidence
    from advisor.prediction.case import Case, Sized
    from advisor.prediction.speed import speed
    from advisor.sizing.weights import weigh

    case = Case(
        hardware=machine,
        model=model,
        scheme=scheme,
        engine="llama.cpp",
        backend="cpu",
        loads=(Load(prompt_tokens=0, output_tokens=test.output_tokens),),
        own=own_evidence(machine),
    )
    found = speed(case, Sized(weights=weigh(model, scheme), placement=Placement(kind="cpu")))
    if found.decode_tokens_per_s is None:
        raise SystemExit(f"no speed is known of {model.name} on {machine.name}")
    return found.decode_tokens_per_s.value


if __name__ == "__main__":
    main()
