"""Figures of a service in words: counts, shares, and lengths of time."""

from vigie.health.histogram import Histogram


def number(count: float) -> str:
    """`12,480`. Counts of Prometheus are estimates: they are said as whole ones."""
    return f"{round(count):,}"


def share(of_one: float) -> str:
    """Per cent with as many digits as tell it from 100: `97.2`, `99.97`, `99.998`, `100`."""
    percent = 100 * of_one
    for digits in (1, 2, 3):
        said = f"{percent:.{digits}f}"
        if abs(100 - float(said)) > 0.05 / 10 ** (digits - 1) or percent == 100:
            return said.rstrip("0").rstrip(".") if percent == 100 else said
    return f"{min(percent, 99.999):.3f}"


def seconds(length: float) -> str:
    """`84 ms`, `1.2 s`."""
    if length >= 0.9995:
        return f"{length:.1f} s" if length < 9.95 else f"{length:.0f} s"
    return f"{length * 1000:.0f} ms" if length >= 0.00995 else f"{length * 1000:.1f} ms"


def size(octets: int) -> str:
    """`12 MB`, `3.4 GB`."""
    megabytes = octets / 1e6
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def took(latency: Histogram | None, at: float) -> str:
    """`84 ms`; `over 10 s` where it lies above all buckets; a dash where nothing is known."""
    value = latency.quantile(at) if latency else None
    if latency is None or value is None:
        return "–"
    return f"over {seconds(value)}" if latency.is_beyond(at) else seconds(value)
