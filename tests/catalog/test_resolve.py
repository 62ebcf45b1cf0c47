"""What people write for a machine or a model becomes a document, or an error that names the mend."""

from __future__ import annotations

import subprocess
import sys

import pytest

from advisor.catalog.hardware.machines import all_machines
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.plain import dumps
from advisor.errors import BadFileError, UnknownNameError, UsageError

GIB = 1 << 30


def in_short(text: str, **overrides) -> tuple:
    """(GPU rows, GPU memory in GiB, CPU microarchitecture, RAM in GiB) of a line."""
    machine = resolve_hardware(text, Overrides(**overrides) if overrides else None)
    memory = machine.gpus[0].memory_total_bytes if machine.gpus else None
    ram = machine.memory.total_bytes
    return (
        [gpu.catalog_name for gpu in machine.gpus],
        memory and round(memory / GIB, 2),
        machine.cpu.microarchitecture,
        ram and ram / GIB,
    )


GENOA = "Zen 4 (Genoa, Genoa-X, Bergamo)"
LINES = {
    "RTX 4090": (["GeForce RTX 4090"], 24, None, None),
    "2x A100 80GB": (["A100 PCIe 80 GB"] * 2, 80, None, None),
    "A100 80GB x2": (["A100 PCIe 80 GB"] * 2, 80, None, None),
    "dual RTX 3090": (["GeForce RTX 3090"] * 2, 24, None, None),
    "4x4090": (["GeForce RTX 4090"] * 4, 24, None, None),
    "M3 Max 64GB": (["Apple M3 Max (40-core GPU)"], 48, "M3 Max CPU", 64),
    "MacBook Pro M4 Pro 24GB": (["Apple M4 Pro (16-core GPU)"], 16, "M4 Pro CPU", 24),
    "Apple M2 Max CPU": ([], None, "M2 Max CPU", 32),
    "EPYC 9654 384GB": ([], None, GENOA, 384),
    "RTX 4090 + EPYC 9654 128GB": (["GeForce RTX 4090"], 24, GENOA, 128),
    "RTX 3060 12GB, Ryzen 9 5950X, 64GB DDR4": (["GeForce RTX 3060 12 GB"], 12, "Zen 3 (Vermeer)", 64),
    "Tesla P100 x2 + 2x Xeon E5-2697A v4 (hybrid)": (["Tesla P100 PCIe 12 GB"] * 2, 12, "Broadwell-EP", None),
    "Ryzen AI Max+ 395 (Radeon 8060S)": (["Radeon 8060S"], None, "Zen 5 (Strix Halo)", None),
    "Strix Halo 128GB": (["Radeon 8060S"], 128, "Zen 5 (Strix Halo)", 128),
    "DGX Spark (GB10)": (["GB10 (DGX Spark)"], 128, "10x Cortex-X925 + 10x A725 (GB10)", 128),
    "Ryzen 7 8745H iGPU": (["Radeon 780M"], None, "Zen 4 (Hawk Point / Phoenix desktop)", None),
    "Ryzen 5 5600G with Radeon Graphics 32GB": ([], None, "Zen 3 APU (Cezanne) / Lucienne", 32),
    "Raspberry Pi 5 Model B 8GB": ([], None, "Cortex-A76 (BCM2712)", 8),
    "Jetson Orin Nano 8GB": (["Jetson Orin Nano 8 GB"], 8, "Cortex-A78AE (Orin)", 8),
    "Orange Pi 5 16GB": ([], None, "4x Cortex-A76 + 4x A55 (RK3588)", 16),
    "Snapdragon 8 Gen 3 12GB": (["Adreno 750 (Snapdragon 8 Gen 3)"], 6, "Cortex-X4/A720/A520 (8 Gen 3)", 12),
    "Jetson Orin": (["Jetson Orin Nano 4 GB"], 4, "Cortex-A78AE (Orin)", 4),
    "Jetson Orin 64GB": (["Jetson AGX Orin 64 GB"], 64, "Cortex-A78AE (Orin)", 64),
    "Snapdragon X Plus": (
        ["Snapdragon X Plus X1P-64-100 (Adreno X1-85)"],
        8,
        "Oryon (X Elite/Plus)",
        16,
    ),
    "iPhone 16 Pro": (["Apple A18 Pro (5-core GPU)"], 5.33, "A18 Pro", 8),
    "MacBook Neo": (["Apple A18 Pro (5-core GPU)"], 5.33, "A18 Pro", 8),
    "Xeon 8480": ([], None, "Sapphire Rapids", None),
    "Xeon 6780P": ([], None, "Granite Rapids-SP", None),
    "2x H20-3e": (["H20"] * 2, 140.4, None, None),
    "H20 141GB": (["H20"], 140.4, None, None),
    "g5.12xlarge": (["A10G"] * 4, 24, "Zen 2 (Rome)", 192),
    "MI250X": (["Radeon Instinct MI250X"] * 2, 64, None, None),
}


@pytest.mark.parametrize(("text", "expected"), LINES.items())
def test_machine_in_words(text: str, expected: tuple) -> None:
    """Cards, processors, boards, phones, cloud instances and their mixtures, with counts and sizes."""
    assert expected == in_short(text)


def test_every_machine_of_the_table_resolves() -> None:
    """Each row of profiles/machines.csv names CPU and GPU rows that exist."""
    with_gpus = {machine.name: [machine.gpu] * machine.n_gpus for machine in all_machines() if machine.gpu}
    assert len(with_gpus) > 20
    assert with_gpus == {
        name: [gpu.catalog_name for gpu in resolve_hardware(name).gpus] for name in with_gpus
    }
    without = [resolve_hardware(machine.name).name for machine in all_machines() if not machine.gpu]
    assert [machine.name for machine in all_machines() if not machine.gpu] == without


def test_gpu_alone_has_an_unknown_host() -> None:
    """What nobody stated is None, with a reason."""
    machine = resolve_hardware("RTX 4090")
    assert (machine.memory.total_bytes, machine.memory.bandwidth_bytes_per_s, machine.cpu.brand) == (
        None,
        None,
        None,
    )
    assert {"memory.total_bytes", "memory.bandwidth_bytes_per_s", "cpu.isa"} == set(machine.unknown)


@pytest.mark.parametrize(
    "text", ["8GB GPU 32GB RAM", "8 GB GPU with 32 GB RAM", "an 8GB graphics card and 32GB of memory"]
)
def test_unnamed_gpu_is_the_slowest_of_its_size(text: str) -> None:
    """'An 8 GB GPU' gets the figures of the slowest such card, never better ones, and says so."""
    machine = resolve_hardware(text)
    assert (machine.gpus[0].memory_total_bytes, machine.memory.total_bytes) == (8 * GIB, 32 * GIB)
    assert machine.gpus[0].bandwidth_bytes_per_s <= 272e9
    assert any("GPU is not named" in note for note in machine.notes)


@pytest.mark.parametrize(
    "text", ["16GB laptop", "laptop CPU 16GB", "16 GB laptop CPU", "a laptop with 16GB RAM"]
)
def test_unnamed_laptop_is_the_slowest_of_its_kind(text: str) -> None:
    """A computer of unnamed make has the slowest catalogue family's bandwidth, and says so."""
    machine = resolve_hardware(text)
    assert machine.gpus == ()
    assert machine.memory.total_bytes == 16 * GIB
    assert machine.memory.bandwidth_bytes_per_s == 38.4e9
    assert any("not named" in note for note in machine.notes)


def test_known_processor_family_without_a_row_is_unknown_not_refused() -> None:
    """An old processor is understood; its bandwidth is None with a reason."""
    machine = resolve_hardware("Opteron 6378")
    assert machine.memory.bandwidth_bytes_per_s is None
    assert "Opteron 6378" in machine.unknown["memory.bandwidth_bytes_per_s"]


@pytest.mark.parametrize("text", ["foo bar", "RTX 9999", "M4 Ultra", "2x nothing"])
def test_unknown_hardware_names_the_nearest(text: str) -> None:
    """An unknown name is a usage error that lists what is like it."""
    with pytest.raises(UnknownNameError) as caught:
        resolve_hardware(text)
    assert len(caught.value.nearest) == 5


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("iPhone 14", "iPhone 16"),
        ("iPhone 19 Pro Max", "iPhone 15 Pro Max"),
        ("Pixel 12", "Pixel 10"),
        ("Raspberry Pi 6", "Raspberry Pi 3"),
        ("Radeon RX 9999 XT", "Radeon RX 6900 XT"),
        ("g5.1000xlarge", "g5.12xlarge"),
    ],
)
def test_nearest_names_are_of_its_kind(text: str, first: str) -> None:
    """A phone's unknown name is answered with phones, a board's with boards, a maker's with its cards."""
    with pytest.raises(UnknownNameError) as caught:
        resolve_hardware(text)
    assert caught.value.nearest[0] == first


@pytest.mark.parametrize("text", ["iPhone 15 Pro", "Pixel 8", "Pixel 9 Pro"])
def test_known_by_name_only_asks_for_figures(text: str) -> None:
    """A machine without any figure is described with reasons, but nothing is answered for it without some."""
    described = resolve_hardware(text)
    assert set(described.unknown) == {"memory.bandwidth_bytes_per_s", "memory.total_bytes", "cpu.isa"}
    with pytest.raises(UsageError, match="give --ram and --bandwidth"):
        resolve_hardware(text, Overrides())
    stated = resolve_hardware(text, Overrides(ram="8GB", bandwidth="50GB/s"))
    assert (stated.memory.total_bytes, stated.memory.bandwidth_bytes_per_s) == (8 * GIB, 50e9)


def test_phones_run_their_own_system() -> None:
    """So engines for Linux or macOS only are not offered on them."""
    assert [resolve_hardware(text).os for text in ("iPhone 16 Pro", "Pixel 6a", "Raspberry Pi 5")] == [
        "iOS",
        "Android",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Snapdragon X Plus", "comes with 16/32/64 GB; the smallest is assumed"),
        ("Apple M2 Max CPU", "Apple M2 Max comes with 32/64/96 GB; the smallest is assumed"),
        ("Jetson Xavier", "the slowest and smallest, Xavier NX 8GB, is assumed"),
        ("Xeon 8480", "the size of main memory is not stated, so nothing says what fits; give --ram"),
        ("Raspberry Pi 5", "the size of main memory is not stated, so nothing says what fits; give --ram"),
        ("H20-3e", "that of the H20 with 96 GB of HBM3 is assumed"),
        ("8x H100", "name '8x H100 SXM'"),
        ("8x A100 80GB", "name '8x A100 80GB SXM'"),
    ],
)
def test_what_is_assumed_is_told(text: str, part: str) -> None:
    """The smallest of several memory sizes, the slowest of several modules, a size nobody states, PCIe."""
    assert [part in note for note in resolve_hardware(text).notes].count(True) == 1


@pytest.mark.parametrize("text", ["8x H100 SXM", "4x H100", "8x RTX 4090", "EPYC 9654 384GB"])
def test_nothing_is_told_of_sxm_or_memory_where_nothing_is_open(text: str) -> None:
    """Named, or not sold as a module, or fewer than a board holds."""
    assert not any("servers with" in note or "give --ram" in note for note in resolve_hardware(text).notes)


def test_apple_gpu_may_use_two_thirds_or_three_quarters() -> None:
    """macOS' default limit: about 2/3 of memory up to 36 GB, 3/4 above."""
    assert resolve_hardware("M3 Max 36GB").gpus[0].memory_total_bytes == 24 * GIB
    assert resolve_hardware("M3 Max 128GB").gpus[0].memory_total_bytes == 96 * GIB


def test_two_sockets_sum_and_warn() -> None:
    """Two sockets have twice the bandwidth on paper; the note says that NUMA eats it."""
    machine = resolve_hardware("2x EPYC 9654")
    assert (machine.cpu.sockets, machine.memory.bandwidth_bytes_per_s) == (2, 2 * 460.8e9)
    assert "NUMA" in machine.notes[0]


def test_overrides() -> None:
    """What the user states replaces the catalogue and clears the reason."""
    machine = resolve_hardware(
        "RTX 4090", Overrides(ram="64GB", vram="48GB", bandwidth="1.8TB/s", n_devices=2)
    )
    assert [(gpu.memory_total_bytes, gpu.bandwidth_bytes_per_s) for gpu in machine.gpus] == [
        (48 * GIB, 1.8e12)
    ] * 2
    assert machine.memory.total_bytes == 64 * GIB
    assert "memory.total_bytes" not in machine.unknown
    assert machine.source == "user"


def test_ram_override_chooses_the_bin_of_an_apple_chip() -> None:
    """128 GB exist only with the 40-core M3 Max."""
    assert in_short("M3 Max", ram="128GB") == (["Apple M3 Max (40-core GPU)"], 96, "M3 Max CPU", 128)


def test_devices_override() -> None:
    """GPUs are repeated, sockets multiplied, machines with unified memory become nodes."""
    assert len(resolve_hardware("H100 SXM", Overrides(n_devices=8)).gpus) == 8
    assert resolve_hardware("EPYC 9654", Overrides(n_devices=2)).memory.bandwidth_bytes_per_s == 921.6e9
    assert resolve_hardware("M3 Ultra", Overrides(n_devices=4)).nodes == 4
    assert resolve_hardware("RTX 4090", Overrides(nodes=3)).nodes == 3


@pytest.mark.parametrize(
    "overrides",
    [
        {"ram": "much"},
        {"ram": "-4GB"},
        {"ram": "0"},
        {"vram": "24 apples"},
        {"bandwidth": "fast"},
        {"bandwidth": "nan"},
        {"n_devices": 0},
        {"nodes": 0},
    ],
)
def test_impossible_overrides(overrides: dict) -> None:
    """Nonsense is a usage error."""
    with pytest.raises(UsageError):
        resolve_hardware("RTX 4090", Overrides(**overrides))


def test_vram_without_gpu() -> None:
    """Video memory needs a GPU."""
    with pytest.raises(UsageError, match="no GPU"):
        resolve_hardware("EPYC 9654", Overrides(vram="24GB"))


def test_empty_name() -> None:
    """Nothing is no machine."""
    with pytest.raises(UsageError):
        resolve_hardware("  ")


def test_saved_probe_round_trip(tmp_path) -> None:
    """A document written by us is read back as it was."""
    machine = resolve_hardware("2x RTX 4090 + EPYC 9654 128GB")
    path = tmp_path / "machine.json"
    path.write_text(dumps(machine), encoding="utf-8")
    assert machine == resolve_hardware(str(path))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "JSON"),
        ("[]", "no machine description"),
        ('{"name": "x", "schema_version": "9.0"}', "schema_version"),
        ('{"name": "x", "memory": {"total_bytes": -1}}', "negative"),
        ('{"name": "x", "memory": {"total_bytes": NaN}}', "nan"),
        ('{"name": "x", "wings": 2}', "wings"),
        ('{"name": "x", "gpus": 3}', "gpus"),
    ],
)
def test_bad_saved_probe(tmp_path, text: str, cause: str) -> None:
    """Another schema, NaN, negative sizes and unknown fields are refused by name."""
    path = tmp_path / "machine.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match=cause):
        resolve_hardware(str(path))


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        ("Qwen3-32B-Q4_K_M.gguf", None),
        ("bartowski/Qwen_Qwen3-32B-GGUF/Qwen_Qwen3-32B-Q4_K_M.gguf", "bartowski/Qwen_Qwen3-32B-GGUF"),
    ],
)
def test_a_published_file_that_is_not_here_is_its_model(text: str, repository: str | None) -> None:
    """With the quantization of its name, and a note that it is not on this disk."""
    model = resolve_model(text)
    assert (model.catalog_name, model.fixed_scheme, model.files_repository) == (
        "Qwen3-32B",
        "Q4_K_M",
        repository,
    )
    assert "is here: the answer is for the published one" in model.notes[0]


def test_absent_file_is_a_bad_file(tmp_path) -> None:
    """A path that leads nowhere says so, for machines and models."""
    with pytest.raises(BadFileError, match="cannot read"):
        resolve_hardware(str(tmp_path / "none.json"))
    with pytest.raises(BadFileError):
        resolve_model(str(tmp_path / "none.gguf"))
    with pytest.raises(BadFileError):
        resolve_model(str(tmp_path / "config.json"))


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        ("13B", None, ("13B model", 13e9, 13e9)),
        ("30B-A3B", None, ("30B-A3B model", 30e9, 3e9)),
        ("350M", None, ("350M model", 350e6, 350e6)),
        (None, "13B", ("13B model", 13e9, 13e9)),
        ("my model", "30B A3B", ("my model", 30e9, 3e9)),
        ("llama-3.1-8b", "8B", ("Llama-3.1-8B", 8_030_261_000, 8_030_261_000)),
    ],
)
def test_size_alone(text, params, expected) -> None:
    """A size stands for a model without shapes; beside a catalogue name it only confirms it."""
    model = resolve_model(text, params)
    assert expected == (model.name, model.n_params, model.n_active_params)


@pytest.mark.parametrize(
    ("text", "params"),
    [(None, None), ("", None), (None, "big"), (None, "-3B"), (None, "13"), ("3B-A30B", None)],
)
def test_impossible_models(text, params) -> None:
    """No model, no size or more active than all parameters: a usage error."""
    with pytest.raises(UsageError):
        resolve_model(text, params)


def test_model_as_a_document() -> None:
    """A batch case may hold the model itself; its fields are checked."""
    assert resolve_model({"name": "x", "n_params": 8_000_000_000, "n_layers": 32}).n_layers == 32
    with pytest.raises(BadFileError):
        resolve_model({"name": "x", "n_layers": "many"})


def test_names_need_no_heavy_import() -> None:
    """Finding a machine and a model imports neither pydantic nor anything else that is slow to load."""
    code = (
        "import sys; from advisor.catalog.resolve import resolve_hardware, resolve_model;"
        "resolve_hardware('2x RTX 4090 + EPYC 9654 384GB'); resolve_model('llama-3.1-8b');"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pydantic", "numpy", "pandas", "sklearn", "textual", "psutil", "difflib", "asyncio", "mmap"}
    assert heavy & set(done.stdout.split()) == set()


def test_swapped_digits_are_suggested_first() -> None:
    """'RTX 4009' is a slip for RTX 4090."""
    with pytest.raises(UnknownNameError, match="nearest: GeForce RTX 4090"):
        resolve_hardware("RTX 4009")


def test_impossible_numbers_of_devices_are_refused() -> None:
    """None of a device, or more than any machine holds; in between a note says what is assumed."""
    for text in ("0x RTX 4090", "1000x H100"):
        with pytest.raises(UsageError, match=text):
            resolve_hardware(text)
    assert any("taken as one machine" in note for note in resolve_hardware("16x V100").notes)
    assert not any("taken as one machine" in note for note in resolve_hardware("8x V100").notes)
