"""Loads: an image's first call against compiling the same bitcode, and against plain dlopen."""

import os

from inputs import ROOT
from measure import Command
from rows import Row


def first_call(inputs):
    bc, image = inputs.sqlite(), inputs.path("sqlite3.so")
    inputs.run(inputs.pkgimg, "build", bc, "-o", image)
    return {"pkgimg": Command([inputs.pkgimg, "run", image, "sqlite3_libversion"]),
            "ORC JIT": Command([inputs.pkgimg, "run", "--jit", bc, "sqlite3_libversion"])}


def host(inputs):
    """host.c, the image and the plain library of SQLite"""
    lib = os.path.join(ROOT, "build", "release", "lib")

    def make(path):
        inputs.run("clang-19", "-O2", "-D_GNU_SOURCE", "-I", os.path.join(ROOT, "include"),
                   os.path.join(ROOT, "bench", "host.c"), "-o", path, "-L" + lib, "-lpkgimg",
                   "-Wl,-rpath," + lib, "-ldl")
    bc, image, plain = inputs.sqlite(), inputs.path("sqlite3.so"), inputs.path("plain.so")
    inputs.run(inputs.pkgimg, "build", bc, "-o", image)
    inputs.run("clang-19", "-O2", "-fPIC", "-shared", "-fuse-ld=lld", bc, "-o", plain)
    return inputs.once("host", make), image, plain


def first_against_dlopen(inputs):
    program, image, plain = host(inputs)
    return {"pkgimg": Command([program, "first", "image", image], value=True),
            "dlopen": Command([program, "first", "library", plain], value=True)}


def work(inputs):
    program, image, plain = host(inputs)
    rounds = "60"
    return {"pkgimg": Command([program, "work", "image", image, rounds], value=True),
            "clang-19 -O2": Command([program, "work", "library", plain, rounds], value=True)}


ROWS = [
    Row("first-call", "SQLite: program start to first answer, image against JIT of its bitcode",
        first_call, peer="ORC JIT", goal=0.001, rounds=3),
    Row("first-call-dlopen", "SQLite: load to first answer, image against dlopen of a plain one",
        first_against_dlopen, peer="dlopen", metric="value", unit="ns", rounds=30,
        note="The goal is 100 us more than dlopen at most."),
    Row("sqlite-work", "SQLite's own work: inserts, joins and aggregates, 10 s of them", work,
        peer="clang-19 -O2", metric="value", unit="s", goal=1.02, rounds=5),
]
