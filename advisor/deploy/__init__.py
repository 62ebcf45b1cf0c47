"""A chosen plan made commands and files: `commands` and `script` for people, `targets` one file for each
platform, `make_gguf` and `make_checkpoint` the steps that quantize, `jobs` measurements on other machines.
"""
