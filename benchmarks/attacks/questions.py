"""Cases, machines, names, command lines, poisoned stores and shell words."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from advisor.api import answer_line
from advisor.catalog.models import find_model
from advisor.catalog.resolve import machine_of, resolve_hardware, resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.cli.main import run
from advisor.cli.profiles import KINDS as PROFILES
from advisor.data import store_file
from advisor.deploy import shell
from advisor.documents.deployment import Command, TextFile
from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import dumps, parse
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.rows import COLUMNS, Row
from advisor.measuring.store import Origin, Store
from advisor.probe import probe
from advisor.probe.system import Recorded
from benchmarks.attacks.files import ROOT
from benchmarks.attacks.mutate import TEXTS, hostile, mutated, mutated_text

CASE: dict[str, Any] = {
    "id": 1, "hardware": "RTX 4090", "engine": "llama.cpp", "model": "Llama-3.1-8B", "scheme": "Q4_K_M",
    "imatrix": True, "kv_type": "f16", "gpu_layers": 99, "threads": 8, "ubatch": 512, "flash_attn": 1,
    "depth": 0, "task": "chat", "backend": "cuda",
    "memory": {"kind": "DDR5", "rate_mt_per_s": 4800, "channels": 2, "total_bytes": 68719476736},
    "workload": {"prompt_tokens": 512, "output_tokens": 128, "context_tokens": 4096, "concurrency": 1},
}  # fmt: skip
MACHINE: dict[str, Any] = {
    "schema_version": "1.0", "name": "x", "source": "user",
    "cpu": {"brand": "AMD Ryzen 9 7950X", "physical_cores": 16, "isa": ["avx2"], "cache_bytes": {"L3": 1}},
    "memory": {"total_bytes": 68719476736, "bandwidth_bytes_per_s": 7e10, "channels": 2},
    "gpus": [{"name": "RTX 4090", "vendor": "NVIDIA", "memory_total_bytes": 25757220864, "fp16_flops": 1e14,
              "bandwidth_bytes_per_s": 1e12, "compute_capability": "8.9"}],
}  # fmt: skip
MODEL: dict[str, Any] = {
    "name": "x", "source": "user", "n_params": 8000000000, "n_layers": 32, "hidden_size": 4096,
    "n_heads": 32, "n_kv_heads": 8, "vocab_size": 128256,
}  # fmt: skip
_WORDS = """
rtx 4090 a100 80gb h100 2x 8x epyc 9654 m3 max llama 3.1 8b 70b qwen 2.5 instruct awq q4_k_m iq2 w8a8 gptq
mlx 4bit g128 0x + / - ( [ * mig 3g.40gb gib 999999999999 a22b nodes of , . #
"""
WORDS = tuple(_WORDS.split())
OPTIONS = (
    "--max-loss", "--min-speed", "--max-ttft", "--context", "--prompt", "--output", "--concurrency", "--task",
    "--engine", "--scheme", "--kv-cache", "--ram", "--vram", "--confidence", "--objective", "--bandwidth",
    "--params", "--hardware", "--model",
)  # fmt: skip


class Fault(Exception):
    """A promise that was not kept, though nothing was raised."""


def case(chance: Random, folder: Path) -> object:
    """A line of a batch: whatever it holds, it has an answer, and none is a defect."""
    asked = dict(CASE)
    if chance.random() < 0.2:
        asked["hardware"] = MACHINE
    if chance.random() < 0.2:
        asked["model"] = MODEL
    line = json.dumps(mutated(asked, chance))
    if chance.random() < 0.1:
        line = mutated_text(line, chance)
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        answer = answer_line(line)
    json.dumps(answer).encode()
    if answer.get("error", {}).get("code") == "unexpected":
        raise Fault(f"{answer['error']['message']} {said.getvalue().splitlines()[-4:-1]} :: {line[:600]}")
    return line


def machine(chance: Random, folder: Path) -> object:
    """A machine document, and the size and speed of a model on it."""
    text = json.dumps(mutated(MACHINE, chance))
    (folder / "machine.json").write_text(text, encoding="utf-8")
    machine_of(text, "machine.json")
    return text


def probed(chance: Random, folder: Path) -> object:
    """A recorded machine whose files and programs say other things: the probe reads itself back."""
    files = sorted((ROOT / "tests" / "probe" / "machines").glob("*.json"))
    facts = json.loads(chance.choice(files).read_text(encoding="utf-8"))
    for part in ("files", "commands", "environment"):
        for _ in range(chance.randint(0, 3)):
            texts = {key: value for key, value in facts.get(part, {}).items() if isinstance(value, str)}
            if texts:
                key = chance.choice(sorted(texts))
                facts[part][key] = mutated_text(texts[key][:20_000], chance)
    visible = chance.choice(("", "0", "GPU-1", "MIG-1", "9" * 5000, *TEXTS))
    facts["environment"] = {**facts.get("environment", {}), "CUDA_VISIBLE_DEVICES": visible}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    profile = probe(Recorded(facts))
    parse(HardwareProfile, json.loads(dumps(profile)), what="the probe")
    return facts


def name(chance: Random, folder: Path) -> object:
    """Words of machines, models and schemes in any order, with hostile ones between."""
    words = [
        chance.choice(WORDS) if chance.random() < 0.9 else chance.choice(TEXTS)
        for _ in range(chance.randint(1, 7))
    ]
    text = chance.choice((" ", "-", "", "_")).join(words)
    (folder / "name.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    chance.choice((find_model, resolve_hardware, find_scheme, resolve_model))(text)
    return text


def command_line(chance: Random, folder: Path) -> object:
    """Options with hostile values: one line and a code of the contract, or an answer."""
    command = chance.choice(("predict", "recommend", "inspect", "profiles", "schema", "deploy", "explain"))
    argv = [command, "--json"]
    if command == "profiles" and chance.random() < 0.5:
        argv = ["profiles", "show", chance.choice(PROFILES), chance.choice(WORDS)]
    elif command in ("inspect", "profiles", "schema"):
        argv += [str(hostile(chance))[:200] for _ in range(chance.randint(0, 2))]
    else:
        argv += ["--hardware", "RTX 4090", "--model", "Llama-3.1-8B", "--scheme", "Q4_K_M"]
        for _ in range(chance.randint(1, 3)):
            argv += [chance.choice(OPTIONS), str(hostile(chance))[:200]]
    (folder / "argv.txt").write_text(repr(argv), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(argv)
    if code not in (0, 2, 3, 4, 5, 6):
        raise Fault(f"code {code}: {err.getvalue()[:300]} :: {argv}")
    told = "--json" not in argv or '"error"' in out.getvalue()
    if code in (2, 4, 5, 6) and (len(err.getvalue().splitlines()) != 1 or not told):
        raise Fault(f"code {code} without one line and a document: {err.getvalue()[:300]} :: {argv}")
    if any(ord(c) < 32 and c != "\n" for c in err.getvalue()):
        raise Fault(f"control characters on the terminal :: {argv}")
    return argv


def poisoned_store(chance: Random, folder: Path) -> object:
    """Cells written by another program: every answer goes on."""
    os.environ["ADVISOR_DATA_DIR"] = str(folder / "data")
    store_file().unlink(missing_ok=True)
    host = fingerprint(resolve_hardware("RTX 4090"))
    row = Row(
        kind=chance.choice(("speed", "speed", "serving", "accuracy")), metric="tokens_per_s", value=100.0,
        phase="decode", model="Llama-3.1-8B", scheme="Q4_K_M", engine="llama.cpp", backend="cuda", host=host,
        depth=0, concurrency=1, output_tokens=128, prompt_tokens=512,
    )  # fmt: skip
    row.metric = {"serving": "requests_per_s", "accuracy": "ppl_ratio"}.get(row.kind, row.metric)
    with Store() as store:
        store.add([row], Origin())
        for _ in range(chance.randint(1, 3)):
            value = hostile(chance)
            text = json.dumps(mutated({"best": 1.0, "model_profile": MODEL}, chance))
            column = chance.choice(COLUMNS)
            cell = text if column == "facts" else chance.choice((json.dumps(value), value, b"\xff\x00"))
            with contextlib.suppress(sqlite3.Error, OverflowError, UnicodeEncodeError):
                store.connection.execute(f"UPDATE rows SET {column} = ?", (cell,))
    line = json.dumps({"hardware": "RTX 4090", "model": "Llama-3.1-8B", "scheme": "Q4_K_M"})
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        answer = answer_line(line)
    if "error" in answer:
        raise Fault(f"{answer['error']['message']} {said.getvalue().splitlines()[-4:-1]}")
    return folder / "data"


def shell_words(chance: Random, folder: Path) -> object:
    """Words and files of commands as text for two shells: what arrives was meant, and nothing else runs."""

    def text() -> str:
        made = "".join(chance.choice(TEXTS)[:40] for _ in range(chance.randint(1, 3)))
        return made.replace("\0", "").encode("utf-8", "replace").decode()

    words = [text() for _ in range(20)]
    file = TextFile(name="written.txt", text=text())
    command = Command(argv=("printf", r"%s\0", *words), files=(file,), note=text())
    (folder / "script.sh").write_text(shell.block(command), encoding="utf-8")
    for program in ("bash", "sh"):
        done = subprocess.run([program, "script.sh"], cwd=folder, capture_output=True, check=False, timeout=5)
        if (folder / "canary").exists():
            (folder / "canary").unlink()
            raise Fault(f"a canary ran under {program}")
        if program == "bash" and done.stdout.decode("utf-8", "replace").split("\0")[:-1] != words:
            raise Fault("words did not arrive")
    return command


KINDS: dict[str, Callable[[Random, Path], object]] = {
    "case": case,
    "machine": machine,
    "probe": probed,
    "name": name,
    "command line": command_line,
    "poisoned store": poisoned_store,
    "shell": shell_words,
}
