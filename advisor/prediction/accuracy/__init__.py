"""What a scheme loses: damage by features of scheme and model (`features`), its price on each kind of task,
and what was measured of this very model, in an order that never turns (`ladder`).
"""
