"""damage.py STORE: spoil six entries, each in another way"""
import os
import sys

paths = sorted(os.path.join(sys.argv[1], n) for n in os.listdir(sys.argv[1]))
cut, changed, empty, header, one, two = paths[:6]
os.truncate(cut, os.path.getsize(cut) - 1)
os.truncate(empty, 0)
for path, at in ((changed, os.path.getsize(changed) // 2), (header, 3)):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 1]))
os.rename(one, "exchanged")
os.rename(two, one)
os.rename("exchanged", two)
