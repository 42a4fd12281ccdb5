"""compare-heaps.py A.json B.json...: the same heap in several kinds of files.

Everything must be equal but where the heap is: its place in the file and its base, with all words
that lead to it. Prints a line for each.
"""
import json
import sys


def normal(heap):
    heap = dict(heap)
    base = heap.pop("base")
    heap.pop("at")
    words = {word for row in heap["relocations"] if row["image"] == 0 for word in row["words"]}
    heap["roots"] = {name: (root["word"] - base if root["cell"] in words else root["word"])
                     for name, root in heap["roots"].items()}
    # what images of data alone do not have, or have instead
    for key in "variables bitcode".split():
        heap.pop(key)
    return heap


def problems(heap):
    """what the checker leaves to the writer: objects do not overlap, words are in objects"""
    end = 0
    for o in heap["objects"]:
        if o["place"] < end or o["fate"] in (None, "scratch"):
            yield "object at %d" % o["place"]
        end = o["place"] + o["size"]
    places = [(o["place"], o["place"] + o["size"]) for o in heap["objects"]]
    cells = {root["cell"] for root in heap["roots"].values()}
    for row in heap["relocations"]:
        if len(row["words"]) != row["count"]:
            yield "count of relocations"
        if len({word // 4096 for word in row["words"]}) != row["pages"]:
            yield "pages of relocations"
        for word in row["words"]:
            if word not in cells and not any(a <= word < b for a, b in places):
                yield "relocation at %d" % word


first = None
for path in sys.argv[1:]:
    with open(path) as f:
        heap = json.load(f)
    for problem in problems(heap):
        print("%s: %s" % (path, problem))
    first = first or normal(heap)
    same = "the same heap" if normal(heap) == first else "ANOTHER HEAP"
    print("%s: %d objects, %d sections, %s" % (path, len(heap["objects"]), len(heap["sections"]),
                                               same))
    for key, value in normal(heap).items():
        if value != first[key]:
            print("  %s differ" % key)
