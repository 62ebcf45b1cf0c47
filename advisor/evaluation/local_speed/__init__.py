"""Speed of llama.cpp and its kin on devices and sources left out whole, beside other tools' formulas; and
what own measurements are worth (`own`).
"""
