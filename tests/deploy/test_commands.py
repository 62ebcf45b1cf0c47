"""Commands of real engines, word for word, and all of them through bash's parser."""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest

from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.deploy.chosen import Chosen
from advisor.deploy.commands import expected_file_name, make_command, modelfile, render, run_command, script
from advisor.deploy.deployment import deployment, made_by
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


def plan(scheme: str, engine: str, **changes) -> Chosen:
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
    return Chosen(**{**fields, **changes})


def test_llama_server_shares_its_context_over_the_slots():
    """`-c` is context times concurrency, since llama-server divides it by `-np`."""
    assert run_command(plan("Q4_K_M", "llama.cpp", concurrency=4)) == (
        "llama-server -m Llama-3.1-8B-Instruct-Q4_K_M.gguf -c 32768 -np 4 -ngl 33 "
        "--host 127.0.0.1 --port 8080"
    )


def test_a_quantized_cache_brings_flash_attention():
    """llama.cpp refuses a quantized V cache without it."""
    assert " -ngl 33 -ctk q8_0 -ctv q8_0 -fa on " in run_command(plan("Q4_K_M", "llama.cpp", kv_type="q8_0"))


def test_experts_on_the_cpu():
    """A mixture of experts with its experts in main memory, and the threads that read them."""
    place = Placement(kind="experts-on-cpu", n_gpus=1, gpu_layers=49, n_layers=48, cpu_expert_layers=30)
    command = run_command(plan("Q4_K_M", "llama.cpp", placement=place))
    assert " -c 8192 -np 1 -ngl 49 -ncmoe 30 -t 8 " in command


def test_unequal_gpus_are_split_by_what_they_hold():
    """24 GB and 12 GB take two parts and one."""
    devices = tuple(
        DeviceMemory(device=f"GPU {i}: card", available_bytes=size * 2**30) for i, size in enumerate((22, 11))
    )
    place = Placement(kind="multi-gpu", n_gpus=2, gpu_layers=33, n_layers=32, devices=devices)
    assert " -ngl 33 -sm layer -ts 22,11 " in run_command(plan("Q6_K", "llama.cpp", placement=place))


def test_cpu_only():
    """No layer on any GPU."""
    place = Placement(kind="cpu", n_layers=32)
    command = run_command(plan("Q4_K_M", "llama.cpp", placement=place, backend="cpu"))
    assert " -c 8192 -np 1 -ngl 0 -t 8 " in command


def test_vllm_serves_a_checkpoint_without_a_quantization_flag():
    """The checkpoint's own config names its scheme."""
    place = Placement(kind="tensor-parallel", n_gpus=2, tensor_parallel=2)
    command = run_command(
        plan("W8A8-INT", "vllm", placement=place, concurrency=64, context_tokens=2048, kv_type="fp8")
    )
    assert command == (
        "vllm serve ./Llama-3.1-8B-Instruct-W8A8-INT --max-model-len 2048 --max-num-seqs 64 "
        "--tensor-parallel-size 2 --kv-cache-dtype fp8 --gpu-memory-utilization 0.92 "
        "--host 127.0.0.1 --port 8000"
    )


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("fp8", "fp8_per_channel"),
        ("fp8 block", "fp8_per_block"),
        ("W8A16-FP", "fp8_per_tensor"),
        ("mxfp4", "mxfp4"),
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
        "--context-length 8192 --max-running-requests 16 --mem-fraction-static 0.85 "
        "--kv-cache-dtype fp8_e4m3 --host 127.0.0.1 --port 30000"
    )


def test_tensorrt_llm_command():
    """FP8 KV is an entry of the YAML file that the command writes first."""
    assert run_command(plan("NVFP4", "tensorrt-llm", concurrency=8, kv_type="fp8")) == (
        "cat > trtllm.yml <<'EOF'\nkv_cache_config:\n  dtype: fp8\nEOF\n"
        "trtllm-serve ./Llama-3.1-8B-Instruct-NVFP4 --backend pytorch --max_batch_size 8 --max_seq_len 8192 "
        "--kv_cache_free_gpu_memory_fraction 0.9 --extra_llm_api_options trtllm.yml "
        "--host 127.0.0.1 --port 8000"
    )


def test_mlx_commands():
    """MLX converts, then serves."""
    made = plan("mlx-4bit", "mlx", backend="metal")
    assert make_command(made) == (
        "mlx_lm.convert --model meta-llama/Llama-3.1-8B-Instruct -q --q-bits 4 --q-group-size 64 "
        "--mlx-path Llama-3.1-8B-Instruct-MLX-4bit-g64"
    )
    assert run_command(made) == (
        "mlx_lm.server --model ./Llama-3.1-8B-Instruct-MLX-4bit-g64 --host 127.0.0.1 --port 8080"
    )


def test_exl3_commands():
    """Convert with ExLlamaV3, serve with TabbyAPI; the cache holds all requests."""
    made = plan("exl3-4", "exllamav3", concurrency=2, kv_type="q8_0")
    assert make_command(made).splitlines()[-1] == (
        "python exllamav3/convert.py -i Llama-3.1-8B-Instruct -o Llama-3.1-8B-Instruct-EXL3-4.0bpw "
        "-w work -b 4.0 -hb 6"
    )
    assert run_command(made) == (
        "python tabbyAPI/main.py --model-dir . --model-name Llama-3.1-8B-Instruct-EXL3-4.0bpw "
        "--max-seq-len 8192 --cache-size 16384 --max-batch-size 2 --cache-mode 8,8 "
        "--host 127.0.0.1 --port 5000"
    )


def test_a_gguf_file_is_converted_calibrated_and_quantized():
    """The steps of llama.cpp, with a calibration text, an importance matrix and the embeddings' own type."""
    commands = [" ".join(command.argv) for command in made_by(plan("Q4_K_L", "llama.cpp", imatrix=True))]
    assert commands == [
        "hf download meta-llama/Llama-3.1-8B-Instruct --local-dir Llama-3.1-8B-Instruct "
        "--exclude original/* --exclude metal/* --exclude *.pth --exclude consolidated*",
        "git clone --depth 1 https://github.com/ggml-org/llama.cpp",
        "python llama.cpp/convert_hf_to_gguf.py Llama-3.1-8B-Instruct --outtype bf16 "
        "--outfile Llama-3.1-8B-Instruct-BF16.gguf",
        "python calibration.py",
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
    quantizing = [
        " -q q4_K_M " in run_command(plan(scheme, "ollama", imatrix=imatrix))
        for scheme, imatrix in (("Q4_K_M", None), ("Q5_K_M", None), ("Q4_K_M", True))
    ]
    assert quantizing == [True, False, False]


def test_ollama_reads_the_file_that_was_made():
    """What it quantizes itself comes from the 16-bit file, everything else from the quantized one."""
    first = [modelfile(plan(scheme, "ollama")).splitlines()[0] for scheme in ("Q4_K_M", "Q5_K_M")]
    assert first == [
        "FROM ./Llama-3.1-8B-Instruct-BF16.gguf",
        "FROM ./Llama-3.1-8B-Instruct-Q5_K_M.gguf",
    ]


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
    with pytest.raises(UnsupportedError, match="add --engine ollama"):
        modelfile(plan("awq", "vllm"))


def test_auto_round_takes_the_slower_recipe_at_two_bits():
    """Its authors advise it there; it writes into a folder of its own, which is moved to its name."""
    assert make_command(plan("autoround", "sglang")).splitlines() == [
        "auto-round --model meta-llama/Llama-3.1-8B-Instruct --scheme W4A16 --format auto_round "
        "--output_dir auto-round",
        "mv auto-round/Llama-3.1-8B-Instruct-w4g128 Llama-3.1-8B-Instruct-W4A16-INT-autoround-g128",
    ]
    assert make_command(plan("W2A16-INT-autoround-g64", "transformers")).startswith(
        "auto-round-best --model meta-llama/Llama-3.1-8B-Instruct --bits 2 --group_size 64 "
    )


def test_int8_is_smoothed_and_calibrated():
    """W8A8-INT: SmoothQuant, then GPTQ, on 512 samples."""
    text = make_command(plan("W8A8-INT", "vllm"))
    assert text.index("SmoothQuantModifier(smoothing_strength=0.8)") < text.index("GPTQModifier(targets")
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
    """All schemes of the engine in one text through `bash -n`, each program through Python's parser."""
    spaced = ModelProfile(name="Model with 'quotes' & $signs", source="user", hf_id="o/Model with 'quotes'")
    texts, programs = [], []
    for scheme in all_schemes():
        if any(support.engine == engine for support in scheme.supports):
            for model, kv in ((LLAMA, "f16"), (LLAMA, "q8_0"), (spaced, "f16")):
                chosen = plan(scheme.name, engine, model=model, kv_type=kv)
                texts.append(script(chosen))
                whole = deployment(chosen)
                files = [file for command in (*whole.make, whole.run, *whole.then) for file in command.files]
                programs += [file.text for file in files if file.name.endswith(".py")]
    assert texts != []
    checked = subprocess.run(
        ["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    for program in programs:
        ast.parse(program)
