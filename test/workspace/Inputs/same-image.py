"""same-image.py A B (both `inspect --json`): the same package, but for its file name in the library."""
import json
import sys

a, b = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
for key in ("package", "targets", "types", "methods", "globals", "needs"):
    assert a[key] == b[key], key
assert a["header"]["interface_digest"] == b["header"]["interface_digest"]
