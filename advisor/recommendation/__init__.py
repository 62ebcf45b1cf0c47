"""The choice: `candidates` are evaluated (`evaluate`), judged against the need (`judge`), ranked (`rank`)
and told with reasons (`recommend`, `reasons`); `explain` opens every figure of one. `which_model` and
`cheapest` ask the same of many models and of machines, `capacity` of a fleet, and `batch` of a file of
cases.
"""
