"""Results as a table on the terminal, as JSON lines, and as docs/benchmarks.md with plots."""

import json
import os

import plots
from plots import number
from rows import SCALE, UNITS


def scaled(row, value):
    return value * SCALE.get(row.metric, 1)


def unit(row):
    return row.unit or UNITS.get(row.metric, "")


def verdict(result):
    return {True: "reached", False: "missed", None: ""}[result.get("met")]


def excuse(result):
    """why there is no figure, else None"""
    if "skipped" in result:
        return "left out: " + result["skipped"]
    return "failed: " + result["failed"] if "failed" in result else None


def total(parts):
    return sum(parts.values())


def got(result):
    """the figure that the goal is about, as text, and the goal"""
    sign = ">=" if result["more_is_better"] else "<="
    goal = f"{sign} {result['goal']:g}" if result.get("goal") is not None else ""
    compared = result.get("ratio") or result.get("difference")
    if result["kind"] == "curve":
        growth = ", ".join(f"{who} {e:.2f}" for who, e in result["exponents"].items())
        return "grows by the power " + growth, goal
    if result.get("difference"):
        return f"{compared['median']:+.0f} {result['unit']} " \
               f"({compared['low']:+.0f} to {compared['high']:+.0f})", \
               f"{goal} {result['unit']} more" if goal else ""
    if compared:
        return f"{compared['median']:.3g} ({compared['low']:.3g} to {compared['high']:.3g})", goal
    return "", f"{goal} {result['unit']}" if goal else ""


def figures(result):
    """[(who, median as text)], ours first"""
    if result["kind"] == "curve":
        return [(f"{who}, {plots.short(points[-1]['n'])}",
                 f"{number(points[-1]['median'])} {result['unit']}")
                for who, points in result["series"].items()]
    if result["kind"] == "parts":
        return [(who, f"{total(parts)} {result['unit']}") for who, parts in result["who"].items()]
    who = sorted(result["who"], key=lambda name: name != result["ours"])
    return [(name, f"{number(result['who'][name]['median'])} {result['unit']}") for name in who]


def line(result):
    """One row for the terminal."""
    if excuse(result):
        return f"{result['row']:24} {excuse(result)}"
    text = f"{result['row']:24} " + "  ".join(f"{who} {value}" for who, value in figures(result))
    value, goal = got(result)
    if value:
        text += "  " + ("ratio " if result.get("ratio") else "") + value
    if goal:
        text += f" (goal {goal}: {verdict(result)})"
    return text + f"  [{result['seconds']:.1f} s]"


def write_json(path, machine, results):
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps({"machine": machine}) + "\n")
        for result in results:
            f.write(json.dumps(result) + "\n")


def read_json(path):
    """machine, results"""
    with open(path, encoding="utf-8") as f:
        lines = [json.loads(text) for text in f if text.strip()]
    return lines[0]["machine"], lines[1:]


# ---- docs/benchmarks.md

HEAD = """# Benchmarks

Made by `./bootstrap.sh bench` (`bench/run --docs docs`); do not edit. The commands of a row run in
turn, round after round. A figure is the median of its runs; a ratio is the median of the ratios
within each round, ours by the peer's, with the middle half of them in brackets: a busy machine hits
both sides. Less is better unless the goal says `>=`. A goal is *reached* or *missed* by that
median; what is missed is explained below its table. A KiB is 1024 bytes.

"""

GROWTH = """A curve's goal is the power of the size by which the cost grows at its end, less the
fixed cost of the least size: 1 is linear, 0 flat. It is that of the fastest runs, since noise only
adds. Up to 1.1 counts as linear: sizes leave a cache of the CPU on the way.

"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def better(r, who, than):
    """is it as good as that one, or better?"""
    a, b = (r["who"][name]["median"] for name in (who, than))
    return a >= b if r["more_is_better"] else a <= b


def table(results):
    out = ["| work | ours | peers | ours by peer's | goal | |",
           "| --- | --- | --- | --- | --- | --- |"]
    for r in results:
        title = f"[{cell(r['title'])}](#{r['row']})"
        if excuse(r):
            out.append(f"| {cell(r['title'])} | | | | | {cell(excuse(r))[:200]} |")
            continue
        values = figures(r)
        own = {r["ours"]}
        if r["kind"] == "curve":
            own = {name for name, _ in values if name.rsplit(", ", 1)[0] not in r["peers"]}
        ours = "<br>".join(value if name == "pkgimg" else f"{name}: {value}"
                           for name, value in values if name in own)
        if r.get("each"):
            own = dict(values)
            below = ", ".join(f"{who} {own[who]}" for who in own if not better(r, who, r["ours"]))
            ours = f"{r['each']} of {len(own)} have {own[r['ours']]} or better" + (
                f"; below are {below}" if below else "")
        peers = "<br>".join(f"{name}: {value}" for name, value in values if name not in own)
        value, goal = got(r)
        out.append(f"| {title} | {ours} | {peers} | {value} | {goal} | {verdict(r)} |")
    return "\n".join(out) + "\n"


def missed(results):
    """by how much, and why"""
    out = []
    for r in results:
        if r.get("met") is not False:
            continue
        value, goal = got(r)
        if not value:
            value = dict(figures(r))[r["ours"]]
        out.append(f"- *{r['title']}*: {value}, wanted {goal}. "
                   f"{r['why'] or 'It is not explained yet.'}\n")
    return "\n".join(["Missed:\n", "".join(out)]) if out else ""


def runs_table(r):
    out = ["| | runs | min | median | max | peak RSS KiB | written KiB | page faults |",
           "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for who, s in r["who"].items():
        out.append(f"| {who} | {s['runs']} | {number(s['min'])} | {number(s['median'])} | "
                   f"{number(s['max'])} | {s['rss']} | {s['written']} | {s['faults']} |")
    return out


def curve_table(r):
    out = [f"| {r['size']} | | median {r['unit']} | of one | peak RSS KiB | written KiB |",
           "| --- | --- | --- | --- | --- | --- |"]
    for who, points in r["series"].items():
        out += [f"| {p['n']} | {who} | {number(p['median'])} | {number(p['median'] / p['n'])} | "
                f"{p['rss']} | {p['written']} |" for p in points]
    return out


def parts_table(r):
    names = list(r["who"])
    every = list(dict.fromkeys(part for parts in r["who"].values() for part in parts))
    out = ["| part | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for part in every:
        out.append(f"| {part} | " + " | ".join(str(r["who"][n].get(part, 0)) for n in names) + " |")
    out.append("| all | " + " | ".join(str(total(r["who"][n])) for n in names) + " |")
    return out


TABLES = {"row": runs_table, "curve": curve_table, "parts": parts_table}


def details(r, plot):
    out = [f"<a id=\"{r['row']}\"></a>", f"### {r['title']}\n"]
    if r["note"]:
        out.append(r["note"] + "\n")
    if plot:
        out.append(f"![{r['title']}]({plot})\n")
    return "\n".join([*out, *TABLES[r["kind"]](r), ""])


def cost(results):
    """peak memory and bytes written of each row that has a peer to run, side by side"""
    out = ["## Memory and files of every row\n",
           "Of the largest process of a command, and of all of its processes together.\n",
           "| work | | peak RSS KiB | written KiB |", "| --- | --- | --- | --- |"]
    for r in results:
        if excuse(r) or r["kind"] != "row":
            continue
        for i, (who, _) in enumerate(figures(r)):
            s = r["who"][who]
            out.append(f"| {'' if i else cell(r['title'])} | {who} | {s['rss']} | "
                       f"{s['written']} |")
    return "\n".join(out) + "\n"


def plot_of(result):
    """SVG, or None where there is nothing to compare"""
    if excuse(result) or result["kind"] == "parts":
        return None
    if result["kind"] == "curve":
        return plots.lines(result)
    return plots.bars(result) if len(result["who"]) > 1 else None


def write_docs(folder, machine, results):
    """folder/benchmarks.md and folder/plots/*.svg; plots of rows that are gone are removed"""
    shelf = os.path.join(folder, "plots")
    os.makedirs(shelf, exist_ok=True)
    for old in os.listdir(shelf):
        if old.endswith(".svg"):
            os.remove(os.path.join(shelf, old))
    out = [HEAD + "".join(f"- {k}: {v}\n" for k, v in machine.items())]
    for section in dict.fromkeys(r["section"] for r in results):
        rows = [r for r in results if r["section"] == section]
        growth = GROWTH if any(r["kind"] == "curve" for r in rows) else ""
        out += [f"## {section}\n", growth + table(rows), missed(rows)]
        for r in rows:
            plot = plot_of(r)
            if plot:
                with open(os.path.join(shelf, r["row"] + ".svg"), "w", encoding="utf-8") as f:
                    f.write(plot)
            if not excuse(r):
                out.append(details(r, plot and f"plots/{r['row']}.svg"))
    out.append(cost(results))
    with open(os.path.join(folder, "benchmarks.md"), "w", encoding="utf-8") as f:
        f.write("\n".join(part for part in out if part))
