"""Engines by folder: names, spellings, and that nothing outside the folder keeps a table of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import advisor
from advisor.catalog.kernels import backends_of
from advisor.engines import all_engines, engine_for, engine_names, facts, find_engine, offered, usual_server
from advisor.errors import UnknownNameError

ROOT = Path(advisor.__file__).parent


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("llama-server", "llama.cpp"),
        ("llama.cpp (LM Studio)", "llama.cpp"),
        ("TRT-LLM", "tensorrt-llm"),
        ("mlx-lm", "mlx"),
        ("VLLM", "vllm"),
        ("TabbyAPI", "exllamav3"),
        ("LMStudio", "lm-studio"),
        ("ik_llama", "ik_llama.cpp"),
    ],
)
def test_engines_go_by_many_names(text, name):
    """Every usual spelling of an engine."""
    assert find_engine(text) == name


def test_an_unknown_engine_names_the_nearest():
    """A slip is answered with what was meant."""
    with pytest.raises(UnknownNameError) as caught:
        find_engine("vlm")
    assert "vllm" in caught.value.nearest


def test_paged_engines_serve():
    """An engine with a paged cache is predicted from serving measurements."""
    assert [engine.name for engine in offered() if engine.paged and not engine.serves] == []


def test_an_engine_nobody_describes_has_the_defaults():
    """A name that only a measurement carries is no error: it runs one request at a time."""
    unknown = facts("made-up-engine")
    assert (unknown.name, unknown.offered, unknown.serves) == ("made-up-engine", False, False)


def test_engines_that_only_measurements_know_are_not_offered():
    """LocalScore's llamafile is measured by averages of its own, and nothing recommends it."""
    assert (facts("llama.cpp (llamafile/localscore)").measured, "llamafile" in engine_names()) == (
        "llamafile",
        False,
    )


@pytest.mark.parametrize(
    ("text", "measured"), [("LM-Studio", "llama.cpp"), ("koboldcpp", "llama.cpp"), ("ktransformers", "vllm")]
)
def test_one_engine_may_be_measured_as_another(text, measured):
    """Engines that run another's kernels unchanged, or that nobody measured."""
    assert facts(text).measured == measured


def test_a_format_means_an_engine():
    """GGUF is llama.cpp's, EXL3 ExLlamaV3's; checkpoints nobody claims are served."""
    assert [engine_for(form) for form in ("gguf", "exl3", "mlx", "hqq", "aqlm")] == [
        "llama.cpp",
        "exllamav3",
        "mlx",
        "transformers",
        usual_server(),
    ]


def test_every_offered_engine_has_a_backend():
    """An engine that runs nothing would be offered for nothing."""
    assert [name for name in engine_names() if not backends_of(name)] == []


def test_every_engine_with_a_command_says_for_which_version():
    """A command line ages; a reader must see for which release it was written."""
    assert [e.name for e in offered() if e.start is not None and not e.version] == []


def test_ranks_order_the_engines():
    """No two offered engines share a place."""
    ranks = [engine.rank for engine in offered()]
    assert sorted(set(ranks)) == ranks


OUTSIDE = [path for path in ROOT.rglob("*.py") if "engines" not in path.relative_to(ROOT).parts[0]]
NAMES = sorted(set(all_engines()) - {"transformers", "mlx", "exllama"})
"""Some names are also those of a library, of a format of weights and of a kernel."""


def _naming(words: list[str]) -> dict[str, int]:
    pattern = re.compile("|".join(f'"{re.escape(word)}"' for word in words))
    found = {str(path.relative_to(ROOT)): len(pattern.findall(path.read_text())) for path in OUTSIDE}
    return {name: count for name, count in sorted(found.items()) if count}


def test_engine_names_stand_in_the_engines_folder():
    """Elsewhere only readers of other tools' output name the engine they read, and models with terms of one
    engine alone (an older generation, a fork's kernels, averages of LocalScore)."""
    readers = (
        *("measuring/importers/", "evaluation/sizes/", "training/"),
        *("prediction/local_speed/", "prediction/serving_speed/"),
    )
    assert [name for name in _naming(NAMES) if not name.startswith(readers)] == []


def test_vendors_decide_nothing_about_engines_elsewhere():
    """Which backends a vendor's GPUs have stands in one table."""
    pattern = re.compile(r'"(cuda|rocm|metal|sycl|opencl)"')
    vendor = re.compile(r'"(NVIDIA|AMD|Intel|Apple|Qualcomm|Huawei)": *\(?"')
    tables = [
        path for path in OUTSIDE if pattern.search(path.read_text()) and vendor.search(path.read_text())
    ]
    assert [str(path.relative_to(ROOT)) for path in tables] == []
