"""How fast people read: below it an answer keeps its reader waiting."""

from __future__ import annotations

READING_TOKENS_PER_S = 238 / 60 / 0.75
"""Adults read 238 words a minute (Brysbaert 2019, https://doi.org/10.1016/j.jml.2019.104047), and a token is
about three quarters of a word (https://platform.openai.com/tokenizer): slower answers keep their reader
waiting."""
