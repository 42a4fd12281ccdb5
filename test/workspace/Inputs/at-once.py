"""at-once.py EVENTS: how many packages were being built at once, at most."""
import json
import sys

now = most = 0
with open(sys.argv[1], encoding="utf-8") as f:
    for event in map(json.loads, f):
        if event["event"] == "begin":
            now += 1
            most = max(most, now)
        elif event["event"] == "end" and event["status"] == "built":
            now -= 1
assert now == 0, now
print(most, "at once")
