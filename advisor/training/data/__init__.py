"""The measurement tables as pandas frames: `tables` reads them, `unify` and `scheme_names` give catalogue
names, `clean` leaves out with reasons.
"""
