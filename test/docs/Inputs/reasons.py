"""reasons.py ROOT: the code words of include/pkgimg/cache.h and of the table in docs/cache.md"""
import os
import re
import sys

root = sys.argv[1]
with open(os.path.join(root, "include/pkgimg/cache.h"), encoding="utf-8") as f:
    header = re.findall(r'PKGIMG_REJECT_\w+ = \d+, +/\* "([a-z-]+)"', f.read())
with open(os.path.join(root, "docs/cache.md"), encoding="utf-8") as f:
    table = re.search(r"\| code \| the image \|\n((?:\|.*\n)+)", f.read()).group(1)
rows = [line.split("|")[1:3] for line in table.splitlines()[1:]]
assert all(text.strip() for _, text in rows)
words = [w for codes, _ in rows for w in re.findall(r"`([a-z-]+)`", codes)]
assert len(words) == len(set(words)), words
assert set(words) == set(header), set(words) ^ set(header)
print(len(header), "reasons in the header, as many in the table")
