"""The part of LogQL that our alerts are made of: read, and evaluated over lines.

Metric queries: numbers, `vector(n)`, `sum` and `sum by (…)` of `count_over_time`, `+ - * /`, comparisons that filter,
`and`, `or`. Log queries: `=`, `!=`, `=~`, `!~` on labels; `|=`, `!=`, `|~`, `!~` on lines; `| json` with and without a
list of fields; filters on labels. Whatever else is refused.

It agrees with every recorded answer of a real Loki whose question is within this part (test_against_recordings.py).
Only a real Loki proves more: limits, speed, late lines, and how regular expressions of Go differ from Python's.
"""
