"""Results as a table on the terminal, as JSON lines, and as docs/benchmarks.md with plots."""

import json
import os

from rows import SCALE, UNITS


def scaled(row, value):
    return value * SCALE.get(row.metric, 1)


def unit(row):
    return row.unit or UNITS.get(row.metric, "")


def number(x):
    return f"{x:.0f}" if abs(x) >= 1000 else f"{x:.3g}"


def verdict(result):
    return {True: "reached", False: "missed", None: ""}[result.get("met")]


def line(result):
    """One row for the terminal."""
    if "skipped" in result:
        return f"{result['row']:28} left out: {result['skipped']}"
    parts = [f"{who} {number(s['median'])}" for who, s in result["who"].items()]
    text = f"{result['row']:28} {result['unit']:6} " + "  ".join(parts)
    if result.get("ratio"):
        text += f"  ratio {result['ratio']['median']:.3f}"
    if result.get("goal") is not None:
        sign = ">=" if result["more_is_better"] else "<="
        text += f" (goal {sign} {result['goal']:g}: {verdict(result)})"
    return text


def write_json(path, machine, results):
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps({"machine": machine}) + "\n")
        for result in results:
            f.write(json.dumps(result) + "\n")


# ---- plots

WIDTH, BAR, GAP, LEFT = 640, 18, 6, 170


def bars(result):
    """An SVG of the medians, with whiskers from the least to the largest run."""
    who = result["who"]
    top = max(s["median"] for s in who.values()) * 1.15 or 1
    height = len(who) * (BAR + GAP) + GAP
    room = WIDTH - LEFT - 70
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
           f'font-family="sans-serif" font-size="12">']
    for i, (name, s) in enumerate(who.items()):
        y = GAP + i * (BAR + GAP)
        length = room * s["median"] / top
        low, high = (LEFT + min(room, room * s[k] / top) for k in ("min", "max"))
        colour = "#2a6f97" if name == result["ours"] else "#adb5bd"
        out.append(f'<text x="{LEFT - 6}" y="{y + 13}" text-anchor="end">{name}</text>'
                   f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>'
                   f'<path d="M{low:.1f} {y + 9}H{high:.1f}" stroke="#333"/>'
                   f'<text x="{LEFT + length + 6:.1f}" y="{y + 13}">{number(s["median"])} '
                   f'{result["unit"]}</text>')
    return "\n".join(out) + "\n</svg>\n"


# ---- docs/benchmarks.md

HEAD = """# Benchmarks

Made by `./bootstrap.sh bench` (`bench/run`); do not edit. Commands of a row run in turn, round
after round; a ratio is the median of the ratios within each round, so a busy machine hits both
sides. The range is the middle half. Less is better unless the goal says `>=`.

"""


def table(results):
    out = ["| work | ours | peer | ratio (middle half) | goal | |",
           "| --- | --- | --- | --- | --- | --- |"]
    for r in results:
        if "skipped" in r:
            out.append(f"| {r['title']} | | | | | left out: {r['skipped']} |")
            continue
        ours, peer = (f"{number(r['who'][who]['median'])} {r['unit']}" if who else ""
                      for who in (r["ours"], r["peer"]))
        if r.get("each"):
            ours = f"{r['ours']} {ours}, the worst of {len(r['who'])}"
        ratio = r.get("ratio")
        text = ""
        if ratio:
            peer = f"{r['peer']} {peer}"
            text = f"{ratio['median']:.3f} ({ratio['low']:.3f} to {ratio['high']:.3f})"
        sign = ">=" if r["more_is_better"] else "<="
        goal = f"{sign} {r['goal']:g}" if r.get("goal") is not None else ""
        out.append(f"| {r['title']} | {ours} | {peer} | {text} | {goal} | {verdict(r)} |")
    return "\n".join(out) + "\n"


def details(results, plots):
    out = []
    for r in results:
        if "skipped" in r:
            continue
        out.append(f"## {r['title']}\n")
        if r["note"]:
            out.append(r["note"] + "\n")
        if r["id"] in plots:
            out.append(f"![{r['title']}]({plots[r['id']]})\n")
        out.append("| | runs | min | median | max | peak RSS KiB | page faults |\n"
                   "| --- | --- | --- | --- | --- | --- | --- |")
        for who, s in r["who"].items():
            out.append(f"| {who} | {s['runs']} | {number(s['min'])} | {number(s['median'])} | "
                       f"{number(s['max'])} | {s['rss']} | {s['faults']} |")
        out.append("")
    return "\n".join(out)


def write_docs(folder, machine, results):
    """folder/benchmarks.md and folder/benchmarks/*.svg"""
    plots = {}
    os.makedirs(os.path.join(folder, "benchmarks"), exist_ok=True)
    for r in results:
        if "skipped" in r or len(r["who"]) < 2:
            continue
        name = os.path.join("benchmarks", r["id"] + ".svg")
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(bars(r))
        plots[r["id"]] = name
    facts = "".join(f"- {k}: {v}\n" for k, v in machine.items())
    with open(os.path.join(folder, "benchmarks.md"), "w", encoding="utf-8") as f:
        f.write(HEAD + facts + "\n" + table(results) + "\n" + details(results, plots))
