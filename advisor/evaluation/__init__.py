"""How good the advisor is: everything that `advisor evaluate` prints, and docs/CLAIMS.md.

Each predictor is judged on devices, model families and sources that its fit left out whole, beside other
tools' formulas and how far apart sources lie; sizes and memory on files and logs of engines; the installed
artifact on rows that came later (`unseen`); and what articles say of quantization on the measurements
(`claims`). Nothing here enters the artifact: `advisor.training` makes that, and imports nothing from here.
"""
