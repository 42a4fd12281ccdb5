"""figures.py ROOT ROWS: README.md and docs/*.md name the row of docs/benchmarks.md, as
benchmarks.md#ROW, in the section of each measured time, and no row that does not exist."""
import glob
import os
import re
import sys

root = sys.argv[1]
with open(sys.argv[2], encoding="utf-8") as f:
    rows = {line.split()[0] for line in f}
FIGURE = re.compile(r"(?<![\w-])\d[\d.,]* (?:ms|us|ns|microseconds|milliseconds|seconds|MB/s|GB/s)\b")
wrong = []
for path in [os.path.join(root, "README.md"), *sorted(glob.glob(os.path.join(root, "docs/*.md")))]:
    name = os.path.relpath(path, root)
    if name == "docs/benchmarks.md":
        continue
    with open(path, encoding="utf-8") as f:
        text = f.read()
    prose = re.sub(r"^```.*?^```$", lambda m: "\n" * m.group().count("\n"), text,
                   flags=re.M | re.S)
    for section in re.split(r"\n(?=#)", prose):
        cited = re.findall(r"benchmarks\.md#([\w-]+)", section)
        wrong += [f"{name}: the bench has no row '{row}'" for row in cited if row not in rows]
        if FIGURE.search(section) and not cited:
            wrong.append(f"{name}: '{FIGURE.search(section).group()}' cites no row of "
                         "docs/benchmarks.md")
print("\n".join(wrong))
sys.exit(bool(wrong))
