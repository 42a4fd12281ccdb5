"""Loads: an image's first call against compiling the same bitcode, and against plain dlopen."""

from measure import Command
from rows import Row


def first_call(inputs):
    bc, image = inputs.sqlite(), inputs.path("sqlite3.so")
    inputs.run(inputs.pkgimg, "build", bc, "-o", image)
    return {"pkgimg": Command([inputs.pkgimg, "run", image, "sqlite3_libversion"]),
            "ORC JIT": Command([inputs.pkgimg, "run", "--jit", bc, "sqlite3_libversion"])}


ROWS = [
    Row("first-call", "SQLite: program start to first answer, image against JIT of its bitcode",
        first_call, peer="ORC JIT", goal=0.001, rounds=3),
]
