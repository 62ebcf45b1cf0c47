"""Readers attacked with inputs that atheris steers to lines it has not seen; needs the `fuzz` group.

    python benchmarks/guided.py [--seconds 600] [--reader gguf]…

Each reader gets an equal share of the time in a process of its own, and starts from sound files. An input
that is neither read nor refused by name ends that reader's share with its traceback, and so does one that
takes 5 s or 2 GiB; the exit code is then 1, and the input stands in the folder that is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
READERS = ("gguf", "safetensors", "config", "inventory", "model name", "hardware name", "scheme name")
_HANGS_S, _MOST_MIB = 5, 2048


def reader(name: str, folder: Path) -> tuple[Callable[[bytes], object], list[bytes]]:
    """What takes the bytes of an input, and the inputs to start from."""
    from advisor.catalog.gguf import read_gguf
    from advisor.catalog.hf_config import read_hf
    from advisor.catalog.models import find_model
    from advisor.catalog.resolve import machine_of, resolve_hardware
    from advisor.catalog.safetensors import read_safetensors
    from advisor.catalog.schemes import find_scheme
    from benchmarks.attacks.files import CONFIGS, whole_gguf
    from benchmarks.attacks.questions import WORDS

    def by_file(place: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        path = folder / place
        path.parent.mkdir(exist_ok=True)

        def take(data: bytes) -> object:
            path.write_bytes(data)
            return read(path)

        return take

    def by_name(find: Callable[[str], object]) -> Callable[[bytes], object]:
        return lambda data: find(data.decode("utf-8", "surrogateescape"))

    header = json.dumps({"w": {"dtype": "F16", "shape": [2, 2], "data_offsets": [0, 8]}}).encode()
    inventories = (ROOT / "tests" / "catalog" / "inventories" / "files").iterdir()
    words = [word.encode() for word in WORDS]
    return {
        "gguf": (by_file("x.gguf", read_gguf), [whole_gguf(str(folder))]),
        "safetensors": (
            by_file("x.safetensors", read_safetensors),
            [len(header).to_bytes(8, "little") + header + bytes(8)],
        ),
        "config": (
            by_file("m/config.json", lambda path: read_hf(path.parent)),
            [json.dumps(config).encode() for config in CONFIGS],
        ),
        "inventory": (
            lambda data: machine_of(data.decode("utf-8", "replace"), "inventory"),
            [path.read_bytes()[:20_000] for path in inventories if path.is_file()],
        ),
        "model name": (by_name(find_model), words),
        "hardware name": (by_name(resolve_hardware), words),
        "scheme name": (by_name(find_scheme), words),
    }[name]


def attack(name: str, seconds: int, folder: Path) -> None:
    """Attack one reader until the time is over; atheris ends the process."""
    import atheris

    with atheris.instrument_imports(include=["advisor"]):
        take, seeds = reader(name, folder)
    from advisor.errors import AdvisorError

    (folder / "seeds").mkdir()
    for number, seed in enumerate(seeds):
        (folder / "seeds" / str(number)).write_bytes(seed)

    def one(data: bytes) -> None:
        with contextlib.suppress(AdvisorError):
            take(data)

    limits = (f"-timeout={_HANGS_S}", f"-rss_limit_mb={_MOST_MIB}", f"-max_total_time={seconds}", "-seed=1")
    found = (f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=0", str(folder / "seeds"))
    atheris.Setup([sys.argv[0], *limits, *found], one)
    atheris.Fuzz()


def main() -> int:
    """Give each reader its share; print how many inputs it had and what came of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=600, help="all readers together")
    parser.add_argument("--reader", action="append", choices=READERS, help="only these")
    parser.add_argument("--attack", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install --group fuzz", file=sys.stderr)
        return 2
    if args.attack:
        attack(args.reader[0], args.seconds, args.attack)
    readers = args.reader or READERS
    bad = 0
    for name in readers:
        folder = Path(tempfile.mkdtemp(prefix="guided-"))
        command = [sys.executable, __file__, "--attack", folder, "--reader", name]
        done = subprocess.run(
            [*command, "--seconds", str(max(1, args.seconds // len(readers)))],
            capture_output=True, check=False,
        )  # fmt: skip
        said = done.stderr.decode("utf-8", "replace")
        bad += done.returncode != 0
        print(f"{name}: {_count(said)} inputs, {f'FAULT in {folder}' if done.returncode else 'no fault'}")
        if done.returncode:
            print((done.stdout.decode("utf-8", "replace") + said)[-3000:])
    return 1 if bad else 0


def _count(said: str) -> str:
    return next(
        (line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line), "unknown"
    )


if __name__ == "__main__":
    sys.exit(main())
