"""Getting weights and programs."""

from __future__ import annotations

from advisor.catalog.ready import Published
from advisor.deploy.download_commands import download, download_published, get_repository
from advisor.documents.model import ModelProfile

CHECKPOINT = Published(repository="o/m", revision="abc")


def test_a_checkpoint_is_downloaded_without_its_copies(chosen):
    """The same weights in formats for other programs are left out."""
    (command,), folder = download(chosen("Q4_K_M", "llama.cpp"))
    assert (command.argv[:3], command.makes, folder) == (
        ("hf", "download", "meta-llama/Llama-3.1-8B-Instruct"),
        "Llama-3.1-8B-Instruct",
        "Llama-3.1-8B-Instruct",
    )
    assert command.argv[5:] == (
        *("--exclude", "original/*", "--exclude", "metal/*", "--exclude", "*.pth"),
        *("--exclude", "consolidated*"),
    )


def test_weights_on_disk_are_not_downloaded(chosen):
    """Nor those of a model that is published nowhere."""
    on_disk = ModelProfile(name="m", source="hf-config", file_path="/srv/m", hf_id="o/m")
    assert download(chosen("awq", "vllm", model=on_disk)) == ((), "/srv/m")
    assert download(chosen("awq", "vllm", model=ModelProfile(name="m", source="user"))) == ((), "./m")


def test_files_somebody_made_are_downloaded_at_their_revision(chosen):
    """Into the folder of the plan's name; TabbyAPI fetches nothing itself."""
    (command,) = download_published(chosen("EXL3-4.0bpw", "exllamav3", published=CHECKPOINT))
    assert (" ".join(command.argv), command.makes) == (
        "hf download o/m --local-dir Llama-3.1-8B-Instruct-EXL3-4.0bpw --revision abc",
        "Llama-3.1-8B-Instruct-EXL3-4.0bpw",
    )


def test_what_the_engine_fetches_is_not_fetched_before(chosen):
    """vLLM takes the repository."""
    assert download_published(chosen("awq", "vllm", published=CHECKPOINT)) == ()
    assert download_published(chosen("awq", "vllm")) == ()


def test_a_program_is_got_by_its_newest_state():
    """The folder it makes is the last part of its address."""
    command = get_repository("https://github.com/o/tool")
    assert (command.argv, command.makes) == (
        ("git", "clone", "--depth", "1", "https://github.com/o/tool"),
        "tool",
    )
