"""A placement as what each device does."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Gpu
from advisor.documents.outcome import DeviceMemory, Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.local_speed.plan import prompt_work, works
from advisor.sizing.weights import weigh

FITTED = {"devices": {}, "read_share": 0.8}
LOAD = Load(prompt_tokens=512, output_tokens=128)
IK_MIXTURE = {"engine": "ik_llama.cpp", "experts": 128.0, "experts_used": 8.0}


@pytest.fixture
def planned():
    """(model, machine, placement, changes) -> the work of decoding and of reading the prompt."""

    def made(model: str, machine: str, place: Placement, **changes):
        profile, scheme = find_model(model), find_scheme("Q4_K_M")
        fields = {"engine": "llama.cpp", "backend": "cuda", **changes}
        case = Case(hardware=resolve_hardware(machine), model=profile, scheme=scheme, **fields)
        return works(case, LOAD, Sized(weights=weigh(profile, scheme), placement=place), FITTED)

    return made


def test_a_card_alone_does_everything(planned):
    """The cache is that of the prompt and half of the answer."""
    decode, prompt = planned("llama-3.1-8b", "RTX 4090", Placement(kind="gpu", n_gpus=1))
    (share,) = decode.shares
    assert (share.device.key, share.layers, decode.active_share) == ("GeForce RTX 4090", 32, 1.0)
    assert share.kv_bytes == 2 * 32 * 8 * 128 * 2 * (512 + 64)
    assert prompt.shares[0].kv_bytes == 2 * 32 * 8 * 128 * 2 * 256


def test_layers_left_to_the_processor_are_its_own(planned):
    """Sixteen of 32; a prompt's batch is multiplied on the card, over whose bus the weights are copied."""
    place = Placement(kind="split", n_gpus=1, gpu_layers=16, n_layers=32)
    decode, prompt = planned("llama-3.1-8b", "RTX 3060 64GB RAM", place)
    assert [(share.device.kind, share.layers) for share in decode.shares] == [("gpu", 16), ("cpu", 16)]
    assert [(share.device.kind, share.layers) for share in prompt.shares] == [("gpu", 32)]
    assert prompt.upload_s == pytest.approx(decode.shares[1].held_bytes / (16 * 1.969e9))


def test_experts_left_to_the_processor_keep_their_layers_on_the_card(planned):
    """Attention of every layer is the card's; each layer's experts are handed over."""
    place = Placement(kind="experts-on-cpu", n_gpus=1, gpu_layers=49, n_layers=48, cpu_expert_layers=48)
    decode, _ = planned("qwen3-30b-a3b", "RTX 4090 64GB RAM", place)
    card, processor = decode.shares
    assert (card.layers, processor.layers, processor.handed_layers) == (48, 0, 48)
    assert processor.held_bytes > card.held_bytes


def test_equal_cards_are_one_after_the_other(planned):
    """Their weights together are the model's; unlike cards are two entries by what they hold."""
    decode, _ = planned("llama-3.1-8b", "2x RTX 3090", Placement(kind="multi-gpu", n_gpus=2))
    assert (len(decode.shares), decode.n_devices) == (1, 2)
    held = tuple(DeviceMemory(device=f"GPU {i}", weights_bytes=part) for i, part in enumerate((3, 1)))
    place = Placement(kind="multi-gpu", n_gpus=2, devices=held)
    decode, _ = planned("llama-3.1-8b", "RTX 3090 + RTX 3060", place)
    big, small = decode.shares
    assert big.held_bytes == pytest.approx(3 * small.held_bytes)


def test_localscore_has_one_length(planned):
    """Whatever is asked."""
    decode, _ = planned("llama-3.1-8b", "RTX 4090", Placement(kind="gpu", n_gpus=1), engine="llamafile")
    assert (decode.averaged, decode.engine, decode.prompt_tokens) == (True, "llamafile", 1332)


@pytest.mark.parametrize(
    ("link", "bytes_per_s"),
    [("4.0 x8", 8 * 1.969e9), ("3.0 x16", 16 * 0.985e9), (None, 16 * 1.969e9), ("x", 16 * 1.969e9)],
)
def test_the_bus_is_as_read_or_that_of_the_cards_year(work, share, card, desktop, link, bytes_per_s):
    """A card of 2022 has PCIe 4.0."""
    split = work(share(card), share(desktop, held_bytes=1e9))
    found = prompt_work(split, Gpu(name="x", vendor="NVIDIA", pcie=link))
    assert found.upload_s == pytest.approx(1e9 / bytes_per_s)


@pytest.mark.parametrize(
    ("changes", "uploaded"),
    [
        ({}, True),
        ({"batch": 32.0}, False),
        ({"prompt_tokens": 8.0}, False),
        ({"family": "Q4_K-R4"}, False),
        ({**IK_MIXTURE, "batch": 512.0}, False),
        ({**IK_MIXTURE, "batch": 2048.0, "prompt_tokens": 2048.0}, True),
    ],
)
def test_small_batches_stay_with_the_processor(work, share, card, desktop, changes, uploaded):
    """Up to 32 tokens; ik_llama.cpp wants as many for every expert; interleaved weights stay there."""
    split = work(share(card), share(desktop), **changes)
    assert (prompt_work(split, None).upload_s > 0) is uploaded


def test_a_backend_that_uploads_nothing_leaves_the_work_where_it_is(work, share, card, desktop):
    """Metal shares its memory; a processor alone has no card."""
    metal = work(share(card._replace(backend="metal")), share(desktop))
    alone = work(share(desktop))
    assert (prompt_work(metal, None), prompt_work(alone, None)) == (metal, alone)
