"""Commands of real engines, word for word, and all of them through bash's parser."""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest

from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.deploy.commands import expected_file_name, make_command, modelfile, render, run_command, script
from advisor.deploy.plan import Plan
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import DeviceMemory, Placement
from advisor.errors import UnsupportedError

LLAMA = ModelProfile(
    name="Llama-3.1-8B-Instruct", source="catalogue", hf_id="meta-llama/Llama-3.1-8B-Instruct", n_layers=32
)
ON_GPU = Placement(kind="gpu", n_gpus=1, gpu_layers=33, n_layers=32)
ENGINES = (
    "llama.cpp",
    "ik_llama.cpp",
    "ollama",
    "vllm",
    "sglang",
    "tensorrt-llm",
    "lmdeploy",
    "mlx",
    "exllamav2",
    "exllamav3",
    "transformers",
)


def machine(capability: str) -> HardwareProfile:
    """A machine with one NVIDIA GPU of that generation."""
    return HardwareProfile(
        name="box",
        source="catalogue",
        gpus=(Gpu(name="GPU", vendor="NVIDIA", compute_capability=capability),),
    )


def plan(scheme: str, engine: str, **changes) -> Plan:
    """Llama-3.1-8B on one Ada GPU, 8192 tokens, one request."""
    fields = {
        "model": LLAMA,
        "scheme": find_scheme(scheme),
        "imatrix": None,
        "engine": engine,
        "backend": "cuda",
        "placement": ON_GPU,
        "context_tokens": 8192,
        "concurrency": 1,
        "kv_type": "f16",
        "threads": 8,
        "hardware": machine("8.9"),
    }
    return Plan(**{**fields, **changes})


def test_llama_server_shares_its_context_over_the_slots():
    """`-c` is context times concurrency, since llama-server divides it by `-np`."""
    assert run_command(plan("Q4_K_M", "llama.cpp", concurrency=4)) == (
        "llama-server -m Llama-3.1-8B-Instruct-Q4_K_M.gguf -c 32768 -np 4 -ngl 33"
    )


def test_a_quantized_cache_brings_flash_attention():
    """llama.cpp refuses a quantized V cache without it."""
    assert run_command(plan("Q4_K_M", "llama.cpp", kv_type="q8_0")).endswith(
        "-ngl 33 -ctk q8_0 -ctv q8_0 -fa on"
    )


def test_experts_on_the_cpu():
    """A mixture of experts with its experts in main memory, and the threads that read them."""
    place = Placement(kind="experts-on-cpu", n_gpus=1, gpu_layers=49, n_layers=48, cpu_expert_layers=30)
    command = run_command(plan("Q4_K_M", "llama.cpp", placement=place))
    assert command.endswith("-c 8192 -np 1 -ngl 49 -ncmoe 30 -t 8")


def test_unequal_gpus_are_split_by_what_they_hold():
    """24 GB and 12 GB take two parts and one."""
    devices = tuple(
        DeviceMemory(device=f"GPU {i}: card", available_bytes=size * 2**30) for i, size in enumerate((22, 11))
    )
    place = Placement(kind="multi-gpu", n_gpus=2, gpu_layers=33, n_layers=32, devices=devices)
    assert run_command(plan("Q6_K", "llama.cpp", placement=place)).endswith("-ngl 33 -sm layer -ts 22,11")


def test_cpu_only():
    """No layer on any GPU."""
    place = Placement(kind="cpu", n_layers=32)
    command = run_command(plan("Q4_K_M", "llama.cpp", placement=place, backend="cpu"))
    assert command.endswith("-c 8192 -np 1 -ngl 0 -t 8")


def test_vllm_serves_a_checkpoint_without_a_quantization_flag():
    """The checkpoint's own config names its scheme."""
    place = Placement(kind="tensor-parallel", n_gpus=2, tensor_parallel=2)
    command = run_command(
        plan("W8A8-INT", "vllm", placement=place, concurrency=64, context_tokens=2048, kv_type="fp8")
    )
    assert command == (
        "vllm serve ./Llama-3.1-8B-Instruct-W8A8-INT --max-model-len 2048 --max-num-seqs 64 "
        "--tensor-parallel-size 2 --kv-cache-dtype fp8 --gpu-memory-utilization 0.92"
    )


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("fp8", "fp8_per_tensor"),
        ("fp8 block", "fp8_per_block"),
        ("W8A16-FP", "fp8_per_tensor"),
        ("nf4", "bitsandbytes"),
    ],
)
def test_vllm_quantizes_while_loading(scheme, value):
    """These need no made checkpoint: the published weights and one flag."""
    made = plan(scheme, "vllm")
    assert f"vllm serve meta-llama/Llama-3.1-8B-Instruct --quantization {value} " in run_command(made)
    assert make_command(made) == ""


def test_an_old_gpu_is_told_to_use_half_precision():
    """BF16 arithmetic begins with compute capability 8.0."""
    assert "--dtype half" in run_command(plan("gptq", "vllm", hardware=machine("7.0")))
    assert "--dtype" not in run_command(plan("gptq", "vllm"))


def test_sglang_command():
    """Context, requests and FP8 cache by SGLang's names."""
    assert run_command(plan("awq", "sglang", concurrency=16, kv_type="fp8")) == (
        "python -m sglang.launch_server --model-path ./Llama-3.1-8B-Instruct-W4A16-INT-awq-g128 "
        "--context-length 8192 --max-running-requests 16 --mem-fraction-static 0.85 --kv-cache-dtype fp8_e4m3"
    )


def test_tensorrt_llm_command():
    """FP8 KV is an entry of the YAML file that the command writes first."""
    assert run_command(plan("NVFP4", "tensorrt-llm", concurrency=8, kv_type="fp8")) == (
        "printf 'kv_cache_config:\\n  dtype: fp8\\n' > trtllm.yml\n"
        "trtllm-serve ./Llama-3.1-8B-Instruct-NVFP4 --backend pytorch --max_batch_size 8 --max_seq_len 8192 "
        "--kv_cache_free_gpu_memory_fraction 0.9 --extra_llm_api_options trtllm.yml"
    )


def test_mlx_commands():
    """MLX converts, then serves."""
    made = plan("mlx-4bit", "mlx", backend="metal")
    assert make_command(made) == (
        "mlx_lm.convert --model meta-llama/Llama-3.1-8B-Instruct -q --q-bits 4 --q-group-size 64 "
        "--mlx-path Llama-3.1-8B-Instruct-MLX-4bit-g64"
    )
    assert run_command(made) == "mlx_lm.server --model ./Llama-3.1-8B-Instruct-MLX-4bit-g64"


def test_exl3_commands():
    """Convert with ExLlamaV3, serve with TabbyAPI; the cache holds all requests."""
    made = plan("exl3-4", "exllamav3", concurrency=2, kv_type="q8_0")
    assert make_command(made).splitlines()[-1] == (
        "python convert.py -i Llama-3.1-8B-Instruct -o Llama-3.1-8B-Instruct-EXL3-4.0bpw -w work -b 4.0 -hb 6"
    )
    assert run_command(made) == (
        "python main.py --model-dir . --model-name Llama-3.1-8B-Instruct-EXL3-4.0bpw --max-seq-len 8192 "
        "--cache-size 16384 --cache-mode 8,8"
    )


def test_a_gguf_file_is_converted_calibrated_and_quantized():
    """The four steps of llama.cpp, with an importance matrix and the community's vocabulary."""
    assert make_command(plan("Q4_K_L", "llama.cpp", imatrix=True)).splitlines() == [
        "# or look for a ready file: https://huggingface.co/models?search=Llama-3.1-8B-Instruct-GGUF",
        "hf download meta-llama/Llama-3.1-8B-Instruct --local-dir Llama-3.1-8B-Instruct",
        "python convert_hf_to_gguf.py Llama-3.1-8B-Instruct --outtype bf16 "
        "--outfile Llama-3.1-8B-Instruct-BF16.gguf",
        "# calibration.txt: any text like what the model will read; a few hundred kilobytes are enough",
        "llama-imatrix -m Llama-3.1-8B-Instruct-BF16.gguf -f calibration.txt "
        "-o Llama-3.1-8B-Instruct-imatrix.gguf",
        "llama-quantize --imatrix Llama-3.1-8B-Instruct-imatrix.gguf --token-embedding-type q8_0 "
        "--output-tensor-type q8_0 Llama-3.1-8B-Instruct-BF16.gguf "
        "Llama-3.1-8B-Instruct-Q4_K_L.gguf Q4_K_M 8",
    ]


def test_one_type_everywhere_is_made_with_pure():
    """`IQ2_S-pure` is the type IQ2_S, which is the base of the ftype IQ2_M."""
    last = make_command(plan("IQ2_S-pure", "llama.cpp")).splitlines()[-1]
    assert last.endswith(
        "--pure Llama-3.1-8B-Instruct-BF16.gguf Llama-3.1-8B-Instruct-IQ2_S-pure.gguf IQ2_M 8"
    )


def test_ollama_quantizes_its_three_targets_itself():
    """`ollama create -q` for Q4_K_M; llama-quantize for Q5_K_M and where an importance matrix is wanted."""
    assert make_command(plan("Q4_K_M", "ollama")).splitlines()[-1] == (
        "ollama create llama-3.1-8b-instruct:q4_k_m -q q4_K_M -f Modelfile"
    )
    others = [make_command(plan("Q5_K_M", "ollama")), make_command(plan("Q4_K_M", "ollama", imatrix=True))]
    assert ["ollama" in text for text in others] == [False, False]


def test_ollama_settings_and_modelfile():
    """Parallel requests and cache type are the server's; `num_ctx` is per request."""
    made = plan("Q5_K_M", "ollama", concurrency=4, kv_type="q8_0")
    assert run_command(made).splitlines()[1:] == [
        "OLLAMA_CONTEXT_LENGTH=8192 OLLAMA_NUM_PARALLEL=4 OLLAMA_KV_CACHE_TYPE=q8_0 OLLAMA_FLASH_ATTENTION=1 "
        "ollama serve &",
        "cat > Modelfile <<'EOF'",
        "FROM ./Llama-3.1-8B-Instruct-Q5_K_M.gguf",
        "PARAMETER num_ctx 8192",
        "PARAMETER num_gpu 33",
        "EOF",
        "ollama create llama-3.1-8b-instruct:q5_k_m -f Modelfile",
        "ollama run llama-3.1-8b-instruct:q5_k_m",
    ]
    assert modelfile(made) == render(made, "modelfile")


def test_a_modelfile_is_for_gguf():
    """Ollama imports GGUF files."""
    with pytest.raises(UnsupportedError, match="needs a GGUF scheme"):
        modelfile(plan("awq", "vllm"))


def test_auto_round_takes_the_slower_recipe_at_two_bits():
    """Its authors advise it there; four bits in groups of 128 have a name."""
    assert make_command(plan("autoround", "vllm")) == (
        "auto-round --model meta-llama/Llama-3.1-8B-Instruct --scheme W4A16 --format auto_round "
        "--output_dir Llama-3.1-8B-Instruct-W4A16-INT-autoround-g128"
    )
    assert make_command(plan("W2A16-INT-autoround-g64", "vllm")).startswith(
        "auto-round-best --model meta-llama/Llama-3.1-8B-Instruct --bits 2 --group_size 64 "
    )


def test_int8_is_smoothed_and_calibrated():
    """W8A8-INT: SmoothQuant, then GPTQ, on 512 samples."""
    text = make_command(plan("W8A8-INT", "vllm"))
    assert "SmoothQuantModifier(smoothing_strength=0.8), GPTQModifier" in text
    assert "num_calibration_samples=512" in text


def test_a_path_with_spaces_is_one_word():
    """Shell words are quoted, a Modelfile's path too."""
    model = ModelProfile(
        name="My Model", source="gguf", file_path="/data/my models/my model.gguf", fixed_scheme="Q4_K_M"
    )
    assert run_command(plan("Q4_K_M", "llama.cpp", model=model)).startswith(
        "llama-server -m '/data/my models/my model.gguf' -c 8192"
    )
    assert modelfile(plan("Q4_K_M", "ollama", model=model)).startswith(
        'FROM "/data/my models/my model.gguf"\n'
    )


def test_nothing_is_made_of_a_file_that_has_the_scheme():
    """A quantized file is never quantized again."""
    model = ModelProfile(name="m", source="gguf", file_path="/data/m.Q4_K_M.gguf", fixed_scheme="Q4_K_M")
    assert make_command(plan("Q4_K_M", "llama.cpp", model=model)) == ""
    assert expected_file_name(model, find_scheme("Q4_K_M"), None) == "m.Q4_K_M.gguf"


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        ("q4km", "Llama-3.1-8B-Instruct-Q4_K_M.gguf"),
        ("awq", "Llama-3.1-8B-Instruct-W4A16-INT-awq-g128"),
        ("bf16", "Llama-3.1-8B-Instruct-BF16.gguf"),
        ("quip#", "Llama-3.1-8B-Instruct-QuIP-sharp-2bit"),
    ],
)
def test_file_names_hold_the_model_and_the_scheme(scheme, name):
    """GGUF is a file, everything else a directory."""
    assert expected_file_name(LLAMA, find_scheme(scheme), None) == name


def test_an_engine_without_a_command_line_is_an_error():
    """Nothing is invented for it."""
    with pytest.raises(UnsupportedError, match="no command line is known for quip-sharp"):
        run_command(plan("quip#", "quip-sharp"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("engine", ENGINES)
def test_every_script_parses_in_bash_and_every_program_in_python(engine):
    """All schemes of the engine in one text through `bash -n`, each here-document through Python's parser."""
    spaced = ModelProfile(name="Model with 'quotes' & $signs", source="user", hf_id="o/Model with 'quotes'")
    texts = []
    for scheme in all_schemes():
        if any(support.engine == engine for support in scheme.supports):
            for model, kv in ((LLAMA, "f16"), (LLAMA, "q8_0"), (spaced, "f16")):
                texts.append(script(plan(scheme.name, engine, model=model, kv_type=kv)))
    assert texts != []
    checked = subprocess.run(
        ["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    for text in texts:
        for program in text.split("python - <<'EOF'\n")[1:]:
            ast.parse(program.split("\nEOF")[0])
