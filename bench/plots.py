"""SVG: bars of a row's contenders, lines of a curve's series. The colours are told apart on light
and on dark paper, and the paper is left as it is."""

import math
from html import escape

OURS, PEERS = ("#2b8cbe", "#31a354", "#9e6bd0"), ("#969696", "#c97b2d", "#b0736b", "#7f8f3f")
TEXT, GRID = "#808080", "#80808040"
WIDTH = 640


def number(x):
    return f"{x:.0f}" if abs(x) >= 1000 else f"{x:.3g}"


def short(x):
    """1000 -> 1k"""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(x) >= size:
            return f"{x / size:.3g}{unit}"
    return f"{x:g}"


def text(x, y, what, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(what)}</text>'


def svg(height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" '
            f'fill="{TEXT}">\n' + "\n".join(parts) + "\n</svg>\n")


def colours(names, ours):
    """{name: colour}"""
    own, other = iter(OURS * 2), iter(PEERS * 2)
    return {n: next(own if n in ours else other) for n in names}


# ---- bars

BAR, GAP, LEFT = 18, 6, 170


def bars(result):
    """the medians, with whiskers from the least to the largest run"""
    who = result["who"]
    top = max(s["median"] for s in who.values()) * 1.15 or 1
    room = WIDTH - LEFT - 110
    colour = colours(who, [result["ours"]])
    out = []
    for i, (name, s) in enumerate(who.items()):
        y = GAP + i * (BAR + GAP)
        length = room * s["median"] / top
        low, high = (LEFT + min(room, room * s[k] / top) for k in ("min", "max"))
        out += [text(LEFT - 6, y + 13, name, "end"),
                f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" '
                f'fill="{colour[name]}"/>',
                f'<path d="M{low:.1f} {y + 9}H{high:.1f}" stroke="#404040"/>',
                text(max(LEFT + length, high) + 6, y + 13,
                     f"{number(s['median'])} {result['unit']}")]
    return svg(len(who) * (BAR + GAP) + GAP, out)


# ---- lines

X0, X1, Y0, Y1 = 80, 470, 20, 280  # the frame


class Axis:
    """a logarithmic one from `low` to `high`, drawn from `start` to `end`"""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)) + 1e-9)
        self.high = max(math.ceil(math.log10(max(values)) - 1e-9), self.low + 1)
        self.start, self.end = start, end

    def at(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self):
        step = max(1, (self.high - self.low) // 6)
        return [10.0 ** k for k in range(self.low, self.high + 1, step)]


def lines(result):
    """each series with its runs' medians, and what would be linear, dashed, through the end"""
    series = {name: [(p["n"], max(p["median"], 1e-9)) for p in points]
              for name, points in result["series"].items()}
    x = Axis([n for points in series.values() for n, _ in points], X0, X1)
    y = Axis([t for points in series.values() for _, t in points], Y1, Y0)
    colour = colours(series, [name for name in series if name not in result["peers"]])
    out = [text((X0 + X1) / 2, Y1 + 36, result["size"], "middle"),
           f'<text transform="translate(16 {(Y0 + Y1) / 2}) rotate(-90)" text-anchor="middle">'
           f'{escape(result["unit"])}</text>']
    for tick in x.ticks():
        out += [f'<path d="M{x.at(tick):.1f} {Y0}V{Y1}" stroke="{GRID}"/>',
                text(x.at(tick), Y1 + 16, short(tick), "middle")]
    for tick in y.ticks():
        out += [f'<path d="M{X0} {y.at(tick):.1f}H{X1}" stroke="{GRID}"/>',
                text(X0 - 6, y.at(tick) + 4, short(tick), "end")]
    for i, (name, points) in enumerate(series.items()):
        dots = [(x.at(n), y.at(t)) for n, t in points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in dots)
        out += [f'<polyline points="{path}" fill="none" stroke="{colour[name]}" '
                f'stroke-width="2"/>',
                *(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour[name]}"/>'
                  for a, b in dots),
                f'<rect x="{X1 + 14}" y="{Y0 + 20 * i}" width="10" height="10" '
                f'fill="{colour[name]}"/>', text(X1 + 30, Y0 + 20 * i + 9, name)]
    out.append(linear(series, x, y))
    out.append(text(X1 + 30, Y0 + 20 * len(series) + 9, "dashed: linear"))
    return svg(Y1 + 48, out)


def linear(series, x, y):
    n, t = next(iter(series.values()))[-1]
    low = max(10.0 ** x.low, n * 10.0 ** y.low / t)
    return (f'<path d="M{x.at(low):.1f} {y.at(t * low / n):.1f}L{x.at(n):.1f} {y.at(t):.1f}" '
            f'stroke="{TEXT}" stroke-dasharray="3 4"/>')
