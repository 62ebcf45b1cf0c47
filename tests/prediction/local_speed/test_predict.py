"""Local speed: what physics demands of every prediction, and what measured machines say of some."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Gpu, HardwareProfile, Memory
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.engines.backends import native
from advisor.errors import NotMeasuredError
from advisor.prediction import artifacts
from advisor.prediction.case import Case, Sized
from advisor.prediction.local_speed.predict import Asked, estimate, narrowed, predict
from advisor.prediction.own.evidence import NOTHING_OWN, Evidence, OwnEvidence, Point
from advisor.prediction.own.pooling import pool
from advisor.sizing.weights import weigh

from .conftest import CPU, MEMORY


def machine(*gpus: Gpu, memory: Memory = MEMORY) -> HardwareProfile:
    """A desktop with these cards."""
    return HardwareProfile(name="test", source="user", cpu=CPU, memory=memory, gpus=gpus)


def made_up(bandwidth: float = 700e9, flops: float = 100e12) -> Gpu:
    """A card no table holds."""
    return Gpu(
        name="RTX 7777",
        vendor="NVIDIA",
        architecture="Ada Lovelace",
        bandwidth_bytes_per_s=bandwidth,
        fp16_flops=flops,
        fp32_flops=flops / 2,
        year=2024,
        form="desktop",
    )


def speed(
    hardware,
    model="Llama-3.1-8B",
    scheme="Q4_K_M",
    engine="llama.cpp",
    backend="cuda",
    placement=None,
    prompt=512,
    depth=1024,
    **more,
):
    """`predict` with names in place of documents; *depth* is the mean while the answer is written."""
    found, chosen = find_model(model), find_scheme(scheme)
    case = Case(hardware=hardware, model=found, scheme=chosen, engine=engine, backend=backend, **more)
    load = Load(prompt_tokens=min(prompt, depth), output_tokens=2 * max(depth - prompt, 0))
    if placement is None:
        placement = Placement(kind="gpu" if hardware.gpus and backend != "cpu" else "cpu")
    return predict(case, load, Sized(weights=weigh(found, chosen), placement=placement))


def measured(log_ratio: float, n: int) -> OwnEvidence:
    """*n* models of one family measured on the card, all off by *log_ratio*."""
    points = (Point("Q4_K", math.log(4.7e9), False, f"m{i}") for i in range(n))
    return OwnEvidence(speed=pool([Evidence("cuda", "decode", point, log_ratio) for point in points]))


def decode_rate(*args, **more) -> float:
    """Tokens per second of the answer."""
    return speed(*args, **more).decode_tokens_per_s.value


def rising(values) -> bool:
    """Whether each value is larger than the one before."""
    return all(a < b for a, b in itertools.pairwise(values))


def test_more_bandwidth_is_never_slower():
    """Decode rises with bandwidth, all else equal."""
    assert rising([decode_rate(machine(made_up(b * 1e9))) for b in (100, 200, 400, 800, 1600, 3200)])


def test_more_arithmetic_is_never_slower():
    """Prefill rises with the matrix rate."""
    assert rising(
        [speed(machine(made_up(flops=f * 1e12))).prefill_tokens_per_s.value for f in (10, 30, 100, 300)]
    )


def test_depth_slows_decoding():
    """Every token in the cache costs time, on a card and on a CPU."""
    for hardware, backend in ((machine(made_up()), "cuda"), (machine(), "cpu")):
        speeds = [decode_rate(hardware, backend=backend, depth=d) for d in (65536, 16384, 4096, 1024, 0)]
        assert rising(speeds)


def test_fewer_bits_decode_faster_on_a_card():
    """On a card that waits for memory, F16 < Q8_0 < Q4_K_M."""
    assert rising([decode_rate(machine(made_up()), scheme=s) for s in ("F16", "Q8_0", "Q4_K_M")])


def test_a_sparse_model_beats_a_dense_one_of_its_size():
    """Qwen3-30B-A3B reads a tenth of its weights per token: faster than a dense 32B."""
    card = machine(made_up())
    assert decode_rate(card, "Qwen3-30B-A3B") > 2 * decode_rate(card, "Qwen3-32B")


def test_measured_card_is_answered_from_its_rows():
    """The calmest RTX 4090 of the tables decodes Llama-3.1-8B Q4_K_M at 155.7 tokens/s (guruswami_nvidia);
    the answer says who measured."""
    found = speed(machine(find_gpu("RTX 4090").gpu()), depth=128)
    assert found.decode_tokens_per_s.value == pytest.approx(155.7, rel=0.1)
    assert found.decode_tokens_per_s.basis == "measured"
    assert any("figures of this configuration" in line for line in found.decode_tokens_per_s.evidence)
    assert found.decode_tokens_per_s.low < found.decode_tokens_per_s.value < found.decode_tokens_per_s.high


def test_an_unknown_card_is_answered_from_its_specifications():
    """A card of a measured generation is interpolated, one of an unheard-of generation extrapolated and
    wider."""
    known = speed(machine(made_up())).decode_tokens_per_s
    unheard = speed(machine(replace(made_up(), architecture="Feynman"))).decode_tokens_per_s
    assert known.basis == "interpolated"
    assert unheard.basis == "extrapolated"
    assert unheard.high / unheard.low > known.high / known.low


def test_two_devices_in_series_lie_between_the_two():
    """Half the layers on the CPU: slower than all on the card, faster than none."""
    hardware = machine(find_gpu("RTX 3060").gpu())
    split = Placement(kind="split", n_gpus=1, gpu_layers=16, n_layers=32)
    speeds = [
        decode_rate(hardware, placement=p, backend=b)
        for p, b in ((None, "cpu"), (split, "cuda"), (None, "cuda"))
    ]
    assert rising(speeds)


def test_experts_on_the_cpu_cost_less_than_whole_layers():
    """Experts in main memory: faster than the CPU alone, slower than all on the card."""
    hardware = machine(find_gpu("RTX 4090").gpu())
    experts = Placement(kind="experts-on-cpu", n_gpus=1, gpu_layers=49, n_layers=48, cpu_expert_layers=48)
    speeds = [
        decode_rate(hardware, "Qwen3-30B-A3B", placement=p, backend=b)
        for p, b in ((None, "cpu"), (experts, "cuda"), (None, "cuda"))
    ]
    assert rising(speeds)


def test_a_faster_bus_reads_prompts_faster_when_weights_lie_in_main_memory():
    """Half the layers in main memory: prompt batches are copied to the card."""
    split = Placement(kind="split", n_gpus=1, gpu_layers=16, n_layers=32)
    slow, fast = (
        speed(machine(replace(made_up(), pcie=link)), placement=split).prefill_tokens_per_s
        for link in ("3.0 x4", "5.0 x16")
    )
    assert slow.value < fast.value


def test_a_layer_split_reads_as_fast_as_one_card():
    """Two equal cards take turns: no faster than one, within a third."""
    card = find_gpu("RTX 3090").gpu()
    two = speed(
        machine(card, card), placement=Placement(kind="multi-gpu", n_gpus=2, gpu_layers=33, n_layers=32)
    )
    one = speed(machine(card))
    assert 0.66 < two.decode_tokens_per_s.value / one.decode_tokens_per_s.value < 1.1


def test_unknown_bandwidth_is_not_guessed():
    """Without a bandwidth there is no figure, and the message names the mend."""
    with pytest.raises(NotMeasuredError, match="--bandwidth"):
        speed(machine(replace(made_up(), bandwidth_bytes_per_s=None)))
    with pytest.raises(NotMeasuredError, match="probe the machine"):
        speed(machine(memory=Memory()), backend="cpu")


def test_prefill_needs_an_arithmetic_rate():
    """A card of unknown arithmetic has a decode figure and no prefill figure."""
    found = speed(machine(replace(made_up(), fp16_flops=None, fp32_flops=None)))
    assert found.prefill_tokens_per_s is None
    assert "arithmetic" in found.terms["prefill"]["why_not"]
    assert found.decode_tokens_per_s is not None


def test_a_bare_parameter_count_is_enough():
    """A model of which only '13B' is known gets a figure."""
    from advisor.documents.model import ModelProfile

    model = ModelProfile(name="13B", source="user", n_params=13_000_000_000, n_active_params=13_000_000_000)
    scheme = find_scheme("Q4_K_M")
    case = Case(hardware=machine(made_up()), model=model, scheme=scheme, engine="llama.cpp", backend="cuda")
    sized = Sized(weights=weigh(model, scheme), placement=Placement(kind="gpu"))
    found = predict(case, Load(prompt_tokens=512, output_tokens=0), sized)
    assert 20 < found.decode_tokens_per_s.value < 120


def test_terms_add_up():
    """The seconds of the terms sum to the time of a token, and the speed is its inverse."""
    found = speed(machine(made_up()))
    explained = found.terms["decode"]
    assert sum(explained["term_seconds"].values()) == pytest.approx(explained["seconds_per_token"])
    assert found.decode_tokens_per_s.value == pytest.approx(1 / explained["seconds_per_token"])


def test_confidence_widens():
    """More confidence, wider interval, same value."""
    narrow, wide = (speed(machine(made_up()), confidence=c).decode_tokens_per_s for c in (0.8, 0.95))
    assert narrow.value == wide.value
    assert wide.low < narrow.low < narrow.high <= wide.high


def test_own_measurements_pull_and_narrow():
    """Rows measured here move the figure towards them, the more the more there are, and never past them."""
    hardware = machine(made_up())
    plain = speed(hardware).decode_tokens_per_s
    few, many = (speed(hardware, own=measured(math.log(0.7), n)).decode_tokens_per_s for n in (1, 30))
    assert 0.7 * plain.value < many.value < few.value < plain.value
    assert many.value / many.low < few.value / few.low < plain.value / plain.low
    assert many.basis == "measured-here"


def test_a_card_many_measured_has_a_narrower_interval():
    """An RTX 4090 is known from dozens of sources; of a made-up card's generation nobody measured any."""
    known = speed(machine(find_gpu("RTX 4090").gpu())).decode_tokens_per_s
    unknown = speed(machine(replace(made_up(1008e9, 165e12), architecture="Lovelock"))).decode_tokens_per_s
    assert known.high / known.low < unknown.high / unknown.low


@pytest.mark.parametrize("scheme", ["Q4_K_M", "Q8_0", "F16"])
def test_nothing_decodes_faster_than_it_can_be_read(scheme):
    """Not the figure and not the end of its interval: everything read once a token at the peak."""
    for hardware, backend in (
        (machine(made_up(50e9)), "cuda"),
        (machine(find_gpu("RTX 4090").gpu()), "cuda"),
        (machine(), "cpu"),
        (machine(memory=replace(MEMORY, bandwidth_bytes_per_s=17.1e9)), "cpu"),
    ):
        found = speed(hardware, scheme=scheme, backend=backend)
        read = found.terms["decode"]["devices"][0]
        most = read["bandwidth_bytes_per_s"] / (read["bytes_per_token"] + read["kv_bytes"])
        assert found.decode_tokens_per_s.value <= found.decode_tokens_per_s.high <= most * (1 + 1e-9)


def test_a_figure_at_what_machines_reach_has_room_above_it(work):
    """Where the fastest of a kind reach a tenth of the bus, the figure stops there, its interval does not."""
    fitted = {**artifacts.load("local_speed"), "reach": {"decode|gpu": 0.1}}
    found, _ = estimate("decode", work(), Asked("unmeasured", "Q4_K_M", 0.9), fitted)
    bus = 1e12 / 4.1e9
    assert pytest.approx(0.1 * bus) == found.value
    assert found.value < found.high <= bus


def test_llamafile_is_localscores_mean():
    """LocalScore averages nine mixes of lengths: its figure is one, whatever length is asked."""
    card = machine(find_gpu("RTX 4090").gpu())
    short, long = (speed(card, engine="llamafile", prompt=n, depth=n) for n in (16, 16384))
    assert short.decode_tokens_per_s.value == long.decode_tokens_per_s.value
    assert short.prefill_tokens_per_s.value == long.prefill_tokens_per_s.value


@pytest.mark.parametrize("own", [NOTHING_OWN, measured(-0.5, 1)])
def test_confidence_moves_the_bounds_and_never_the_value(own):
    """The expected speed is the same at every confidence, and the intervals are nested."""
    card = machine(find_gpu("RTX 4090").gpu())
    found = [speed(card, confidence=c, own=own).decode_tokens_per_s for c in (0.5, 0.8, 0.9, 0.95)]
    assert len({estimate.value for estimate in found}) == 1
    assert [True] * 3 == [
        outer.low <= inner.low <= inner.high <= outer.high for inner, outer in itertools.pairwise(found)
    ]


def test_beyond_what_was_left_out_only_the_peak_bounds():
    """No groups carry 99.9 %: the interval runs from nothing to the bus, and says how many it wants."""
    found = speed(machine(find_gpu("RTX 4090").gpu()), confidence=0.999).decode_tokens_per_s
    read = 1008e9 / 4.9e9
    assert found.low == 0.0
    assert found.high == pytest.approx(read, rel=0.15)
    assert any("wants 999" in line for line in found.evidence)


@pytest.mark.parametrize("model", ["Llama-3.1-8B", "Qwen3-30B-A3B", "gpt-oss-120b"])
@pytest.mark.parametrize("card", ["RTX 4090", "H200 SXM", "Radeon 8060S", "RTX 3090"])
@pytest.mark.parametrize("phase", ["decode", "prefill"])
def test_what_was_measured_is_no_less_certain(model, card, phase):
    """A card in the tables has no wider an interval than one like it that nobody measured, and neither has
    one whose generation was measured than one of a generation nobody knows."""
    known = find_gpu(card).gpu()
    like_it = replace(known, name="Unmeasured 7777", catalog_name=None)
    stranger = replace(like_it, architecture="a generation nobody knows")
    widths = [
        speed(machine(one), model=model, scheme="Q8_0", backend=native(known)).terms[phase]["half_width_log"]
        for one in (known, like_it, stranger)
    ]
    assert widths == sorted(widths)


def test_settings_change_the_answer():
    """Fewer threads, a smaller micro batch and a deeper cache are slower."""
    desktop, card = machine(), machine(made_up())
    threads = [decode_rate(desktop, backend="cpu", threads=n) for n in (1, 4, 16)]
    assert rising(threads)
    batches = [speed(card, ubatch_tokens=n).prefill_tokens_per_s.value for n in (32, 128, 512)]
    assert rising(batches)
    depths = [speed(card, depth_tokens=n).prefill_tokens_per_s.value for n in (32768, 8192, 0)]
    assert rising(depths)


def test_own_rows_take_half_the_variance():
    """A factor of nine between the ends is nine to the root of a half once the machine was measured."""
    found = Estimate(value=30.0, low=10.0, high=90.0, basis="interpolated")
    assert narrowed(found) == pytest.approx(9 ** math.sqrt(0.5))
