"""Heaps in images, and bundles: loads, what they dirty and share, and how fast they are written.

As a program: heap_rows.py pointers HELPER... | times HELPER... | cp FROM TO | rss MIB HELPER...
runs one contender of a row below and prints its figure on the last line."""

import json
import os
import subprocess
import sys
import time

from measure import Command, anew
from rows import Row, Skip

OBJECTS = 2_000_000  # 100 MB
MIB = 256
IMAGES = 4000


def helper(inputs, name):
    path = os.path.join(os.path.dirname(os.path.dirname(inputs.pkgimg)), "test", "helpers", name)
    if not os.path.exists(path):
        raise Skip(f"no {name} beside pkgimg: build the tests too")
    return path


def loop(inputs):
    return inputs.host_program("heap_loop")


def big(inputs):
    """an image with a heap of many objects, three pointers each"""
    return inputs.once("big-heap.so", lambda path: inputs.run(
        helper(inputs, "heap-big"), "objects", str(OBJECTS), path))


def one(mode):
    def prepare(inputs):
        return {"pkgimg": Command([loop(inputs), mode, big(inputs)], value=True)}
    return prepare


def moved(inputs):
    return {who: Command([loop(inputs), mode, big(inputs)], value=True)
            for who, mode in (("pkgimg", "move"), ("memcpy", "memcpy"))}


def itself(*argv, makes=None):
    """one contender of a row; `makes`: what it writes, removed before each run"""
    return Command([sys.executable, os.path.abspath(__file__), *argv], value=True,
                   before=anew(makes) if makes else None)


def serialized(inputs):
    return {"pkgimg": itself("pointers", helper(inputs, "heap-big"), "objects", str(OBJECTS),
                             inputs.path("serialized.so"))}


def written(inputs):
    heap = [helper(inputs, "heap-big"), "data", str(MIB)]
    kept, image, copy = (inputs.path(name) for name in ("blob.so", "blob.written", "blob.copy"))
    inputs.run(*heap, kept)
    return {"pkgimg": itself("times", *heap, image, makes=image),
            "cp": itself("cp", kept, copy, makes=copy)}


def memory(inputs):
    return {"pkgimg": itself("rss", str(MIB), helper(inputs, "heap-big"), "data", str(MIB),
                             inputs.path("blob.so"))}


def many(inputs):
    """a folder of tiny images, and a bundle of them"""
    folder = inputs.many_images(IMAGES)
    bundle = inputs.once("many.so", lambda path: inputs.run(
        inputs.pkgimg, "bundle", *(f"{folder}/p{i}.so" for i in range(IMAGES)), "-o", path))
    return {"pkgimg": Command([loop(inputs), "bundle", bundle], value=True),
            "dlopen of each": Command([loop(inputs), "dlopens", folder], value=True)}


ROWS = [
    Row("heap-load", "100 MB of heap, 2 million objects: open at its preferred address",
        one("load"), metric="value", unit="us", goal=1000, rounds=5),
    Row("heap-dirty", "the same: pages of the heap that a load makes the process's own",
        one("dirty"), metric="value", unit="%", goal=2, rounds=3),
    Row("heap-share", "the same: pages of the heap that a second process shares",
        one("share"), metric="value", unit="%", goal=97, more_is_better=True, rounds=3),
    Row("heap-move", "the same at another address, against a copy of the bytes to fresh memory",
        moved, peer="memcpy", metric="value", unit="us", goal=1.3, rounds=7),
    Row("heap-serialize", "2 million objects walked and written: million pointers per second",
        serialized, metric="value", unit="M/s", goal=10, more_is_better=True, rounds=5),
    Row("heap-write", "an image of 256 MiB without pointers, against cp of it",
        written, peer="cp", metric="value", unit="ms", goal=1.5, rounds=5),
    Row("heap-write-rss", "the same: peak memory, by the data's size, which is in memory too",
        memory, metric="value", unit="times", goal=1.15, rounds=3),
    Row("bundle-open", "4,000 tiny images in a bundle, all opened; dlopen of each beside it",
        many, metric="value", unit="us", goal=200_000, rounds=5),
]


def report_of(argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def spent(r):
    return r["walk_ms"] + r["emit_ms"] + r["write_ms"] + r["code_ms"]


def main(argv):
    what = argv[0]
    if what == "cp":
        start = time.perf_counter()
        subprocess.run(argv[:3], check=True)
        value = (time.perf_counter() - start) * 1e3
    elif what == "pointers":
        r = report_of(argv[1:])
        value = r["pointers"] / 1e3 / (r["walk_ms"] + r["emit_ms"])
    elif what == "times":
        value = spent(report_of(argv[1:]))
    else:
        value = report_of(argv[2:])["rss_mib"] / float(argv[1])
    print(f"{value:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
