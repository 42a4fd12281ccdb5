"""heap_same.py PKGIMG IMAGE OURS THEIRS: does `pkgimg inspect --json` (OURS) say of a heap what
tools/decode_image.py --heap (THEIRS) reads in it, and does --path find a way to each object?"""
import json
import subprocess
import sys

pkgimg, image = sys.argv[1:3]
whole, theirs = (json.load(open(name, encoding="utf-8")) for name in sys.argv[3:5])
ours = whole["heap"]
names = [None] + [d["name"] for d in whole["dependencies"]]
objects = theirs["objects"]
wrong = []


def same(what, a, b):
    if a != b:
        wrong.append(f"{what}: {a!r} / {b!r}")


for key in ("at", "size", "base", "mapped"):
    same(key, ours[key], theirs[key])
same("objects", ours["objects"], len(objects))
same("sections", ours["sections"], theirs["sections"])
same("types", [(t["name"], t["mutable"], t["interned"], t["objects"], t["bytes"])
               for t in ours["types"]],
     [(t["name"], t["mutable"], t["interned"], sum(o["type"] == t["name"] for o in objects),
       sum(o["size"] for o in objects if o["type"] == t["name"])) for t in theirs["types"]])
biggest = sorted(objects, key=lambda o: (-o["size"], o["place"]))[:len(ours["biggest"])]
same("biggest", [(b["size"], b["type"]) for b in ours["biggest"]],
     [(o["size"], o["type"]) for o in biggest])
same("relocations", [(r["image"], r["fate"], r["words"], r["pages"]) for r in ours["relocations"]],
     [(names[r["image"]], r["fate"], len(r["words"]), len({w // 4096 for w in r["words"]}))
      for r in theirs["relocations"]])
same("roots", {r["name"]: r["cell"] for r in ours["roots"]},
     {name: r["cell"] for name, r in theirs["roots"].items()})
same("pages of binds", ours["bind_pages"], len({b["offset"] // 4096 for b in theirs["binds"]}))
for o in objects:
    said = subprocess.run([pkgimg, "inspect", "--path=%#x" % o["place"], image],
                          capture_output=True, text=True, check=False)
    kind, place, *way = said.stdout.split(" ", 2)
    same("path", (kind, place), (o["type"], "+%#x:" % o["place"]))
    first = way[0].split(" ->")[0].strip() if way else ""
    if first not in theirs["roots"] and not first.startswith(("method ", "variable ")):
        wrong.append(f"path to {o['place']:#x}: {said.stdout!r} {said.stderr!r}")
print("\n".join(wrong[:20] + [f"{len(objects)} objects, {len(wrong)} differences"]))
sys.exit(bool(wrong))
