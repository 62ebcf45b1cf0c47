"""What this machine is: processor, memory, GPUs, engines;
everything unknown is said to be, with the reason.
"""

from __future__ import annotations

import argparse
import sys

from advisor.documents.hardware import HardwareProfile
from advisor.errors import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor probe`."""
    parser.add_argument(
        "--measure",
        action="store_true",
        help="measure the memory bandwidth (a few seconds); later answers use it",
    )
    parser.add_argument(
        "--forget",
        action="store_true",
        help="drop the measured memory bandwidth (with --measure: before measuring anew)",
    )
    parser.add_argument(
        "--from",
        dest="inventory",
        metavar="FILE",
        help="read machines from what another tool wrote instead (- for standard input): Kubernetes nodes, "
        "Ansible facts, Slurm, lshw, nvidia-smi, rocm-smi, amd-smi, system_profiler, Win32, Nomad, SkyPilot",
    )
    parser.add_argument(
        "--json", action="store_true", help="the HardwareProfile document; save it and pass it as --hardware"
    )


def run(args: argparse.Namespace) -> int:
    """Print the profile."""
    from advisor.probe import measure, probe

    if args.inventory:
        return _inventory(args.inventory, as_json=args.json)
    if args.forget:
        _forget()
    profile = probe()
    if args.measure:
        profile = measure(profile, _progress)
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(profile))
    else:
        print(profile_text(profile))
    return ExitCode.OK


def _inventory(path: str, *, as_json: bool) -> int:
    """What an inventory describes: its one machine, or a line for each."""
    from advisor.catalog.inventories import read_inventory
    from advisor.documents.files import read_standard_input, read_text
    from advisor.documents.inventory import Inventory
    from advisor.documents.plain import dumps
    from advisor.report.figures import gib, table
    from advisor.report.terminal import cleaned

    machines = read_inventory(read_standard_input() if path == "-" else read_text(path), path)
    if not as_json:
        machines = tuple(cleaned(machine) for machine in machines)
    if len(machines) == 1:
        print(dumps(machines[0].hardware) if as_json else profile_text(machines[0].hardware))
    elif as_json:
        print(dumps(Inventory(machines=machines)))
    else:
        rows = [
            (
                machine.node,
                str(machine.count),
                machine.hardware.name.removesuffix(f" ({machine.node})"),
                ", ".join(gib(gpu.memory_total_bytes) for gpu in machine.hardware.gpus[:1]) or "-",
                gib(machine.hardware.memory.total_bytes),
                machine.why_not or "",
            )
            for machine in machines
        ]
        print("\n".join(table(rows, ("node", "places", "hardware", "each GPU", "memory", "why not"))))
        said: dict[str, None] = {}
        for machine in machines:
            said |= dict.fromkeys(f"{machine.node}: {note}" for note in machine.hardware.notes)
        print("\n".join(["", *said]) if said else "", end="\n" if said else "")
    return ExitCode.OK


def _forget() -> None:
    from advisor.probe.kept_bandwidth import forget_bandwidth

    rate = forget_bandwidth()
    said = f"{rate / 1e9:.1f} GB/s are forgotten" if rate else "none was measured since boot"
    print(f"measured memory bandwidth: {said}", file=sys.stderr)


def _progress(done: float) -> None:
    if sys.stderr.isatty():
        print(
            f"\rmeasuring memory bandwidth {100 * done:3.0f} %",
            end="\n" if done >= 1 else "",
            file=sys.stderr,
            flush=True,
        )


def profile_text(profile: HardwareProfile) -> str:
    """The profile as a page of text."""
    from advisor.report.figures import table
    from advisor.report.machine import machine_rows
    from advisor.report.terminal import cleaned

    profile = cleaned(profile)
    rows = machine_rows(profile)
    return "\n".join([profile.name, "", *table(rows[1:], rows[0])])
