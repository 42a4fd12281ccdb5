"""same-interface.py USER LIB (both `inspect --json`): USER says that it was built with what LIB is."""
import json
import sys

user, lib = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
known = {d["name"]: d["interface_digest"] for d in user["dependencies"]}
assert known["lib"] == lib["header"]["interface_digest"], (known, lib["header"])
