"""Speed of vLLM and its kin on publishers, devices and models left out whole, and the order of schemes by
it (`ordering`).
"""
