"""What a row of the bench is: contenders, a metric, and the goal that design.md 7 sets."""

from dataclasses import dataclass, field


@dataclass
class Row:
    """`prepare(inputs)` returns {name: Command}; `ours` and `peer` name two of them. The goal holds
    if ratio(ours / peer) <= goal, or >= goal with `more_is_better`. Without a peer the figure
    itself is compared with the goal, in the metric's unit."""

    id: str
    title: str
    prepare: object
    ours: str = "pkgimg"
    peer: str = None
    metric: str = "wall"  # wall, cpu, rss, faults, value
    goal: float = None
    more_is_better: bool = False
    unit: str = None  # of `value`
    each: bool = False  # the goal is every contender's
    rounds: int = 15
    warmup: int = 1  # rounds that are not counted
    note: str = ""
    needs: list = field(default_factory=list)  # programs, else the row is left out and says so


UNITS = {"wall": "ms", "cpu": "ms", "rss": "KiB", "faults": "faults"}
SCALE = {"wall": 1e3, "cpu": 1e3}


class Skip(Exception):
    """This machine cannot do the row: the text says why."""
