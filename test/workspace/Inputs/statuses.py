"""statuses.py EVENTS: what became of each package, on one line: "lib=built user=current"."""
import json
import sys

ORDER = ["lib", "user", "inliner", "other", "top"]
ends = [e for e in map(json.loads, open(sys.argv[1], encoding="utf-8")) if e["event"] == "end"]
by_name = {e["package"]: e["status"] for e in ends}
assert len(by_name) == len(ends), "a package ended twice"
print(" ".join(f"{name}={by_name[name]}" for name in
               sorted(by_name, key=lambda n: (ORDER.index(n) if n in ORDER else 99, n))))
