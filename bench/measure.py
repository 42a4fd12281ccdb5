"""Run commands side by side and count: wall time, CPU time, peak memory, page faults.

The commands of one row run in turn, round after round, so that a busy minute of the machine hits
all of them; a ratio is the median of the ratios within each round."""

import math
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field


LONG = 5  # seconds


@dataclass
class Command:
    """One contender. `value`: the metric is the number that the command prints on its last line,
    not the process's own time (loops inside a program)."""

    argv: list
    cwd: str = None
    env: dict = field(default_factory=dict)
    value: bool = False
    before: object = None  # called before each run, not measured


@dataclass
class Sample:
    wall: float  # seconds
    cpu: float  # seconds, user and system, children too
    rss: int  # KiB, the largest process
    faults: int  # minor page faults
    written: int  # KiB to files, children too
    value: float = None


class Failed(Exception):
    """A command of a row did not do its work: its text says which and why."""


def whole(file):
    file.seek(0)
    return file.read().decode(errors="replace")


def anew(path):
    """for Command.before: `path` is made anew each time. To replace it is another thing for each
    contender: cp and LLD drop the old file first and write to its memory, pkgimg keeps it until the
    new one is complete; and whoever drops what was just written waits until it is on the disk."""
    def clear():
        if os.path.exists(path):
            os.remove(path)
    return clear


def run_once(spawn, command):
    """Run it to its end, by the program of spawn.c. Raises Failed with the command's output if it
    exits other than by 0."""
    if command.before:
        command.before()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as cost:
        fd = cost.fileno()
        done = subprocess.run([spawn, str(fd), *command.argv], cwd=command.cwd, check=False,
                              env={**os.environ, **command.env}, stdin=subprocess.DEVNULL,
                              stdout=out, stderr=subprocess.STDOUT, pass_fds=[fd])
        text, line = whole(out), whole(cost).split()
    code = int(line[-1]) if line else done.returncode
    if code or not line:
        raise Failed(f"'{' '.join(command.argv)}' ended with {code}: {text[-800:]}")
    value = None
    if command.value:
        try:
            value = float(text.split()[-1])
        except (IndexError, ValueError):
            raise Failed(f"'{command.argv[0]}' printed no number: {text[-200:]}") from None
    wall, cpu = map(float, line[:2])
    rss, faults, blocks = map(int, line[2:-1])
    return Sample(wall, cpu, rss, faults, blocks // 2, value)


def run_round(spawn, commands):
    return {name: run_once(spawn, command) for name, command in commands.items()}


def run_pairs(commands, spawn, rounds, warmup=1, limit=None):
    """spawn: the program of spawn.c. {name: Command} -> {name: [Sample] * rounds}, in turn within
    each round. After `limit` seconds no further round is begun; one is done in any case. A round
    to warm up that takes long is none: it counts as the first one."""
    start = time.perf_counter()
    done = []
    for _ in range(warmup):
        done = [run_round(spawn, commands)]
    if time.perf_counter() - start < LONG:
        done = []
    while len(done) < rounds:
        if done and limit and time.perf_counter() - start > limit:
            break
        done.append(run_round(spawn, commands))
    return {name: [samples[name] for samples in done] for name in commands}


def pick(samples, metric):
    return [getattr(s, metric) for s in samples]


def summary(values):
    return {"runs": len(values), "min": min(values), "median": statistics.median(values),
            "max": max(values)}


def ratio(ours, peer):
    """The median of the ratios pair by pair, and the middle half of them."""
    pairs = sorted(a / b for a, b in zip(ours, peer) if b > 0)
    if not pairs:
        return None
    return middle(pairs)


def difference(ours, peer):
    return middle(sorted(a - b for a, b in zip(ours, peer)))


def middle(pairs):
    """the median and the middle half of sorted values"""
    n = len(pairs)
    return {"median": statistics.median(pairs), "low": pairs[n // 4], "high": pairs[(3 * n) // 4]}


def exponent(points):
    """How the cost grows at the end of [(size, cost)], in order: 1 is linear, 0 flat. It is the
    slope between the last two, both axes logarithmic, of what is above the cost of the least size,
    for a fixed cost would hide the growth; where the last but one is hardly above it, of the whole
    cost."""
    if len(points) < 2:
        return None
    (n0, t0), (n1, t1), (n2, t2) = points[0], points[-2], points[-1]
    if n1 > n0 and t1 - t0 > t0 / 2 and t2 > t0:
        n1, t1, n2, t2 = n1 - n0, t1 - t0, n2 - n0, t2 - t0
    if t1 <= 0 or t2 <= 0:
        return 0.0
    return math.log(t2 / t1) / math.log(n2 / n1)


def instructions(command, workdir, begin=None):
    """Instructions that the command executes, by callgrind: the figure that noise does not move.
    `begin`: only those within this function. `command.env` is the whole environment."""
    out = os.path.join(workdir, "callgrind.out")
    argv = ["valgrind", "--tool=callgrind", "--trace-children=no", "--callgrind-out-file=" + out,
            *(["--toggle-collect=" + begin] if begin else []), *command.argv]
    if command.before:
        command.before()
    done = subprocess.run(argv, cwd=command.cwd, env=command.env or None, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise Failed(f"'{' '.join(argv)}' ended with {done.returncode}: {done.stderr[-800:]}")
    with open(out, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith(("summary:", "totals:")):
                return int(line.split()[1])
    raise Failed("callgrind wrote no summary")
