"""What a row of the bench is: contenders, a metric, and the goal that design.md 7 sets."""

from dataclasses import dataclass, field


@dataclass
class Row:
    """`prepare(inputs)` returns {name: Command}; `ours` and `peer` name two of them. The goal holds
    if ratio(ours / peer) <= goal, or >= goal with `more_is_better`; with `difference` it is
    ours - peer that is compared, in the metric's unit. Without a peer the figure itself is compared
    with the goal, in the metric's unit."""

    id: str
    title: str
    prepare: object
    ours: str = "pkgimg"
    peer: str = None
    metric: str = "wall"  # wall, cpu, rss, faults, written, value
    goal: float = None
    more_is_better: bool = False
    difference: bool = False
    unit: str = None  # of `value`
    each: int = 0  # so many of the contenders must reach the goal; 0: it is about `ours`
    rounds: int = 15
    limit: float = 40  # seconds; no further round is begun after them
    warmup: int = 1  # rounds that are not counted
    note: str = ""
    why: str = ""  # what keeps it from its goal; the report has it only where the goal is missed
    needs: list = field(default_factory=list)  # programs, else the row is left out and says so


@dataclass
class Curve(Row):
    """Cost against size. `prepare(inputs)` returns {series: {size: Command}}. The goal is a limit
    of the exponent by which each series grows at its end, 1 being linear, but for those that are
    named in `peers`."""

    size: str = ""  # what is counted, with its unit
    peers: tuple = ()
    goal: float = 1.1  # a step out of a cache looks like this, n log n over a step of ten as well
    rounds: int = 3


@dataclass
class Parts(Row):
    """Bytes by parts. `prepare(inputs)` returns {name: {part: bytes}}; nothing is run in rounds and
    the goal compares the sums."""

    unit: str = "bytes"


UNITS = {"wall": "ms", "cpu": "ms", "rss": "KiB", "faults": "faults", "written": "KiB"}
SCALE = {"wall": 1e3, "cpu": 1e3}


class Skip(Exception):
    """This machine cannot do the row: the text says why."""
