"""Names and files made documents: what people type, and what configurations, headers and other tools say.

Models (`models`), GPUs (`gpus`), processors (`cpus`), machines in words (`hardware`), schemes (`schemes`),
GGUF files (`gguf`) and descriptions by other tools (`inventories`) have a module or a package each; their
tables are in `profiles/`. `resolve` takes what was written for `--model` and `--hardware`, `support` says
which engine runs a scheme on a machine, `offers` what machines cost.
"""
