"""Loads: an image's first call against compiling the same bitcode, and against plain dlopen."""

import os

from inputs import CLANG, ROOT
from measure import Command
from rows import Row


def first_call(inputs):
    bc, image = inputs.sqlite(), inputs.path("sqlite3.so")
    inputs.run(inputs.pkgimg, "build", bc, "-o", image)
    return {"pkgimg": Command([inputs.pkgimg, "run", image, "sqlite3_libversion"]),
            "ORC JIT": Command([inputs.pkgimg, "run", "--jit", bc, "sqlite3_libversion"])}


def open_loop(inputs):
    """the program, and the smallest image there is"""
    def make(path):
        lib = os.path.join(os.path.dirname(os.path.dirname(inputs.pkgimg)), "lib", "libpkgimg.a")
        inputs.run(CLANG, "-O2", "-I" + ROOT, "-I" + ROOT + "/include", ROOT + "/bench/open_loop.c",
                   lib, "-ldl", "-o", path)

    def make_image(path):
        with open(path + ".c", "w", encoding="utf-8") as f:
            f.write("int add(int a, int b) { return a + b; }\n")
        inputs.run(CLANG, "-g", "-O1", "-emit-llvm", "-c", path + ".c", "-o", path + ".bc")
        inputs.run(inputs.pkgimg, "build", path + ".bc", "-o", path)
    return inputs.once("open_loop", make), inputs.once("tiny.so", make_image)


def tiny_open(inputs):
    loop, image = open_loop(inputs)
    return {"pkgimg": Command([loop, "open", image, "2000"], value=True),
            "dlopen": Command([loop, "dlopen", image, "2000"], value=True)}


def tiny_check(inputs):
    loop, image = open_loop(inputs)
    return {"pkgimg": Command([loop, "check", image, "2000"], value=True)}


ROWS = [
    Row("tiny-open", "a tiny image, from open to its first answer; bare dlopen beside it",
        tiny_open, metric="value", unit="us", goal=100, rounds=5),
    Row("tiny-check", "all checks of a tiny image's tables, with their sum",
        tiny_check, metric="value", unit="us", goal=30, rounds=5),
    Row("first-call", "SQLite: program start to first answer, image against JIT of its bitcode",
        first_call, peer="ORC JIT", goal=0.001, rounds=3),
]
