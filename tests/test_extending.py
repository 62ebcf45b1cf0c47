"""CONTRIBUTING's "to add X, touch Y" is followed for real, in a copy of the project."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGINE = '''"""An engine that nobody else knows."""

from advisor.documents.deployment import Command
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, flags, words


def _start(launch: Launch) -> Started:
    return Started(run=Command(argv=words("brandnew", "serve") + flags(model=launch.weights, port=7000)))


ENGINE = Engine(
    name="brandnew",
    aliases=("brand-new",),
    rank=99,
    systems=("linux",),
    physics="serving",
    paged=True,
    measured_as="vllm",
    memory_share=0.9,
    splits_matrices=True,
    program="brandnew",
    version="1.0",
    port=7000,
    health_path="/health",
    start=_start,
)
'''
IMPORTER = '''"""What the program `brandnew bench` prints."""

import re

from advisor.measuring.rows import Row

TITLE = "brandnew bench"
_LINE = re.compile(r"brandnew: ([^ ]+) decode ([0-9.]+) tok/s")


def recognise(text: str) -> bool:
    """Whether a line of it is there."""
    return bool(_LINE.search(text))


def read(text: str) -> list[Row]:
    """One decode row a line."""
    return [
        Row(kind="speed", metric="tokens_per_s", model=model, scheme="Q4_K_M", engine="llama.cpp",
            phase="decode", value=float(rate), depth=0, concurrency=1, tool="brandnew")
        for model, rate in _LINE.findall(text)
    ]
'''
FORM = '''"""Machines as brandnew lists them: a card a line."""

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "brandnew list"


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every machine."""
    if not source.text.startswith("brandnew machines"):
        return None
    return tuple(
        InventoryMachine(node=name, hardware=profile(Facts(node=name, cards=[Card(name=card)]), FORM))
        for name, card in (line.split(": ") for line in source.text.splitlines()[1:])
    )
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the code and the catalogues; the measurements are the project's own."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("advisor", "profiles"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "measurements").symlink_to(ROOT / "measurements")
    shutil.copytree(ROOT / "scripts", copy / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def advisor(project: Path, *arguments: str) -> str:
    """What the copy's `advisor` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "advisor", *arguments],
        cwd=project,
        env={
            "PYTHONPATH": str(project),
            "ADVISOR_DATA_DIR": str(project / "data"),
            "ADVISOR_CACHE_DIR": str(project / "cache"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def seal(project: Path, name: str) -> None:
    """Renew the origin of a data file, as CONTRIBUTING says."""
    subprocess.run([sys.executable, "scripts/seal.py", name], cwd=project, check=True, capture_output=True)


def test_an_engine_is_one_file_and_its_rows(project):
    """A new engine is recommended and deployed, by any of its names, with nothing else touched."""
    (project / "advisor" / "engines" / "brandnew.py").write_text(ENGINE, encoding="utf-8")
    table = project / "profiles" / "engine_kernels.csv"
    heads = next(csv.reader(table.open(encoding="utf-8")))
    row = {
        "kernel": "fp8-dynamic",
        "engine": "brandnew",
        "backend": "cuda",
        "from": "8.9",
        "level": "yes",
        "url": "https://example.org",
    }
    with table.open("a", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, heads, lineterminator="\n").writerow(row)
    seal(project, "profiles/engine_kernels.csv")
    ask = ("--model", "Llama-3.1-8B", "--hardware", "RTX 4090", "--engine", "brand-new")
    plan = json.loads(advisor(project, "recommend", "--json", *ask))["recommendation"]
    assert ("brandnew", "W8A8-FP-dynamic") == (plan["engine"], plan["scheme"])
    assert "brandnew serve --model" in plan["run_command"]


def test_an_importer_is_one_file(project):
    """A new format of benchmark output is read and listed."""
    (project / "advisor" / "measuring" / "importers" / "brandnew.py").write_text(IMPORTER, encoding="utf-8")
    output = project / "bench.txt"
    output.write_text("brandnew: Llama-3.1-8B decode 51.5 tok/s\n", encoding="utf-8")
    advisor(project, "measurements", "import", str(output), "--hardware", "RTX 4090")
    assert "51.5" in advisor(project, "measurements", "list")


def test_a_scheme_is_one_entry(project):
    """A new group size of a known method is sized, and its aliases mean it."""
    path = project / "profiles" / "schemes.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    table["listed"].append("HQQ-4bit-g32")
    table["aliases"]["HQQ-4bit-g32"] = ["hqq4-fine"]
    path.write_text(json.dumps(table), encoding="utf-8")
    seal(project, "profiles/schemes.json")
    case = {"hardware": "RTX 4090", "model": "Llama-3.1-8B", "scheme": "hqq4-fine", "engine": "transformers"}
    cases = project / "cases.jsonl"
    cases.write_text(json.dumps(case) + "\n", encoding="utf-8")
    answer = json.loads(advisor(project, "predict", "--batch", str(cases)))
    assert 4.0 < answer["weights_bytes"]["value"] * 8 / 8.03e9 < 6.5


def test_an_inventory_form_is_one_file(project):
    """A new tool's listing is a machine for `--hardware`."""
    (project / "advisor" / "catalog" / "inventories" / "brandnew.py").write_text(FORM, encoding="utf-8")
    listing = project / "machines.txt"
    listing.write_text("brandnew machines\na: RTX 4090\n", encoding="utf-8")
    assert (
        "GeForce RTX 4090 (a)"
        == json.loads(advisor(project, "probe", "--from", str(listing), "--json"))["name"]
    )
