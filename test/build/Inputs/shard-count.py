"""shard-count.py < what --timings printed: how many shards were compiled and how many were not"""
import re
import sys

text = sys.stdin.read()
print("compiled %d, reused %d" % (len(re.findall(r"shard \d+: .* emitted in", text)),
                                  len(re.findall(r"shard \d+: .*: not changed", text))))
if "error:" in text:
    sys.exit(text)
