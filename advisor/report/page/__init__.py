"""The report to pass on: one page with the need, the machine, the answer, the tradeoffs and the evidence."""
