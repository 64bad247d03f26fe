"""Figures, printed and never asserted: `python -m benchmarks` runs the whole stack and says what it measured."""
