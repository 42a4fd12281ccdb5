"""Builds: bitcode to image against the compiler on the same bitcode."""

from measure import Command
from rows import Row


def sqlite(inputs):
    bc = inputs.sqlite()
    return {"pkgimg": Command([inputs.pkgimg, "build", bc, "-o", inputs.path("sqlite3.so")]),
            "clang-19 -O2 -c": Command(["clang-19", "-O2", "-fPIC", "-c", bc, "-o",
                                        inputs.path("sqlite3.o")])}


ROWS = [
    Row("build-sqlite", "SQLite's bitcode to an image, one CPU target", sqlite,
        peer="clang-19 -O2 -c", goal=0.65, rounds=3),
]
