"""What is read and written: frozen dataclasses with units in their names, closed lists as Literals in
`kinds`. Pydantic checks them at the edge and writes their JSON Schemas (`schemas`).
"""
