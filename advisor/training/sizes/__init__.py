"""What sizes cannot be computed from: spreads of bits and Unsloth's mixes. `fitted` writes sizes.json."""
