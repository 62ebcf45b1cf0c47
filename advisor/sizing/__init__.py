"""Bytes, computed: `tensors` of a model, the `types` a quantizer gives them, what they weigh (`weights`),
the KV cache (`kv_cache`), buffers, and what goes where: `local_plan` (`-ngl`, experts on the CPU) and
`serving_plan` (several GPUs) place them, `placement` takes the best.
"""
