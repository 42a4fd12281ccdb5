"""same.py A B: do two JSON files say the same? Prints the first places where they do not."""
import json
import sys


def differences(a, b, path="$"):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a.keys() | b.keys():
            yield from differences(a.get(key), b.get(key), f"{path}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, pair in enumerate(zip(a, b)):
            yield from differences(*pair, f"{path}[{i}]")
    elif a != b:
        yield f"{path}: {a!r} / {b!r}"


found = list(differences(*(json.load(open(f, encoding="utf-8")) for f in sys.argv[1:3])))
print("\n".join(found[:20]))
sys.exit(bool(found))
