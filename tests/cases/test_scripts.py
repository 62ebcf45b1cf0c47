"""What scripts rely on."""

import json

from advisor.recommendation.batch import answer_line


def test_an_error_document_has_a_schema(ask):
    """C.1: errors under --json match the schema that `advisor schema error` prints."""
    schema = json.loads(ask("schema", "error").text)
    document = ask("recommend", "--model", "foo-7b", "--hardware", "RTX 4090", "--json").document
    assert set(schema["required"]) <= set(document)


def test_predict_says_whether_a_case_fits():
    """C.1: Llama-3.3-70B in BF16 on a Raspberry Pi does not fit, and the line says so."""
    case = {
        "model": "Llama-3.3-70B",
        "scheme": "BF16",
        "hardware": "Raspberry Pi 5 8GB",
        "engine": "llama.cpp",
    }
    assert answer_line(json.dumps(case))["fits"] is False


def test_a_deployment_is_structured(recommend):
    """C.2: repository, port, words and licence are fields of their own."""
    plan = recommend("Qwen3-8B", "RTX 4090").plan
    deployment = plan["deployment"]
    assert (deployment["run"]["argv"][0], deployment["port"], plan["licence"]) == (
        "llama-server",
        8080,
        "apache-2.0",
    )


def test_depth_slows_an_answer():
    """C.3: a token at depth 16384 takes longer than one at depth 0."""
    case = {"model": "Llama-3.1-8B", "scheme": "Q4_K_M", "hardware": "RTX 4090", "engine": "llama.cpp"}
    shallow, deep = (
        answer_line(json.dumps({**case, "depth": depth}))["decode_tokens_per_s"]["value"]
        for depth in (0, 16384)
    )
    assert deep < shallow


def test_hardware_is_read_from_standard_input(ask, monkeypatch):
    """C.4: `--hardware -` takes a probe from another program."""
    from io import StringIO

    probe = ask("recommend", "--model", "Qwen3-8B", "--hardware", "RTX 4090", "--json").document["hardware"]
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(probe)))
    answer = ask("recommend", "--model", "Qwen3-8B", "--hardware", "-", "--json")
    assert answer.document["hardware"]["gpus"][0]["name"] == "GeForce RTX 4090"


def test_variables_name_model_and_machine(ask, monkeypatch):
    """C.5: ADVISOR_MODEL and ADVISOR_HARDWARE stand in for the options."""
    monkeypatch.setenv("ADVISOR_MODEL", "Qwen3-8B")
    monkeypatch.setenv("ADVISOR_HARDWARE", "RTX 4080")
    answer = ask("recommend", "--task", "chat", "--json")
    assert (answer.plan["model"], answer.document["hardware"]["name"]) == ("Qwen3-8B", "RTX 4080")
