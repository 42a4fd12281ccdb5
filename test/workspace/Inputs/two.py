"""two.py WORKSPACE: two builds of it at the same time, with one cache and outputs of their own. Every
package is built once, by one of them; the other one waits for it and takes it from the cache."""
import json
import os
import shutil
import subprocess
import sys

for folder in ("a", "b"):
    shutil.copytree(sys.argv[1], folder)
env = dict(os.environ)
env.pop("MAKEFLAGS", None)
command = ["pkgimg", "build", "--workspace", "ws.yaml", "--json", "-j2"]
builds = [subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
          for folder in ("a", "b")]
events = [[json.loads(line) for line in build.communicate(timeout=120)[0].splitlines()]
          for build in builds]
assert [b.returncode for b in builds] == [0, 0]
status = [{e["package"]: e["status"] for e in of if e["event"] == "end"} for of in events]
for package in status[0]:
    both = sorted(s[package] for s in status)
    assert both == ["built", "cached"], (package, both)
notes = [e["messages"][0] for of in events for e in of if e["event"] == "note"]
assert notes, "nobody had to wait"
print(len(status[0]), "packages, each built once;", notes[0])
