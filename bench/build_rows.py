"""Builds: bitcode to image against the compiler on the same bitcode."""

import re
import time

from measure import Command, Failed
from rows import Row


def sqlite(threads):
    def prepare(inputs):
        bc = inputs.sqlite()
        return {"pkgimg": Command([inputs.pkgimg, "build", f"-j{threads}", bc, "-o",
                                   inputs.path("sqlite3.so")]),
                "clang-19 -O2 -c": Command(["clang-19", "-O2", "-fPIC", "-c", bc, "-o",
                                            inputs.path("sqlite3.o")])}
    return prepare


TARGETS = ["generic", "x86-64-v2", "x86-64-v3", "x86-64-v4"]


def targets(inputs):
    """the same package for 1, 2 and 4 CPU targets"""
    def build(n):
        return Command([inputs.pkgimg, "build", "--cpu-target=" + ";".join(TARGETS[:n]),
                        inputs.sqlite(), "-o", inputs.path(f"sqlite3-{n}.so")])
    return {f"{n} target{'s'[:n > 1]}": build(n) for n in (4, 2, 1)}


LEVELS = "generic;x86-64-v3;x86-64-v4"
STRINGS = {"one": "generic", "partial": LEVELS,
           "clone_all": "generic;x86-64-v3,clone_all;x86-64-v4"}


def levels(targets, value=False):
    """SQLite for several targets, and for one: time, or the image's size"""
    def prepare(inputs):
        def build(name):
            out = inputs.path(f"sqlite3-{name}.so")
            argv = [inputs.pkgimg, "build", "--cpu-target=" + STRINGS[name], inputs.sqlite(), "-o",
                    out]
            if value:
                inputs.run(*argv)
                return Command(["stat", "-c", "%s", out], value=True)
            return Command(argv)
        return {targets: build(targets), "one": build("one")}
    return prepare


def incremental(inputs):
    """One function of SQLite changed since the build before, against the whole build"""
    bc, folder = inputs.sqlite(), inputs.path("incremental", "")
    text, changed = inputs.path("changed.ll"), inputs.path("changed.bc")
    inputs.run("llvm-dis-19", bc, "-o", text)
    with open(text, encoding="utf-8") as f:
        ir = f.read()
    # its only statement: return SQLITE_VERSION_NUMBER
    found = re.search(
        r"\ndefine [^\n]*@sqlite3_libversion_number\([^}]*?\n  ret i32 (\d+)", ir)
    if not found:
        raise Failed("SQLite's sqlite3_libversion_number returns no number")

    def edit():
        # another number each time, so that no object of an earlier run of this row fits either
        edit.n += 1
        with open(text, "w", encoding="utf-8") as f:
            f.write(ir[:found.start(1)] + str(edit.n) + ir[found.end(1):])
        inputs.run("llvm-as-19", text, "-o", changed)

    edit.n = time.time_ns() // 1000 % 1000000000
    edit()
    ours = [inputs.pkgimg, "build", "--incremental", folder, changed, "-o", inputs.path("inc.so")]
    inputs.run(*ours)
    return {"pkgimg": Command(ours, before=edit),
            "whole build": Command([inputs.pkgimg, "build", bc, "-o", inputs.path("whole.so")])}


def sizes(inputs):
    """bytes of files that are made before"""
    bc, image, plain = inputs.sqlite(), inputs.path("size.so"), inputs.path("plain.so")
    inputs.run(inputs.pkgimg, "build", bc, "-o", image)
    inputs.run("clang-19", "-O2", "-fPIC", "-shared", "-fuse-ld=lld", bc, "-o", plain)
    return {"pkgimg": Command(["stat", "-c", "%s", image], value=True),
            "clang-19 -shared": Command(["stat", "-c", "%s", plain], value=True)}


ROWS = [
    Row("build-sqlite", "SQLite's bitcode to an image, one CPU target, two threads", sqlite(2),
        peer="clang-19 -O2 -c", goal=0.65, rounds=3, warmup=0),
    Row("build-sqlite-1", "the same on one thread", sqlite(1), peer="clang-19 -O2 -c", rounds=1,
        warmup=0),
    Row("build-targets", "SQLite for four CPU targets, against one", targets, ours="4 targets",
        peer="1 target", rounds=2, warmup=0),
    Row("build-partial", f"SQLite for {LEVELS}, against one target", levels("partial"),
        ours="partial", peer="one", goal=1.6, rounds=3, warmup=0),
    Row("build-clone-all", f"SQLite for {STRINGS['clone_all']}, against one target",
        levels("clone_all"), ours="clone_all", peer="one", rounds=2, warmup=0,
        note="All code twice: the target with clone_all costs as much as the first one."),
    Row("size-partial", f"size of SQLite's image for {LEVELS}, against one target",
        levels("partial", value=True), ours="partial", peer="one", goal=1.35, metric="value",
        unit="bytes", rounds=1, warmup=0),
    Row("build-incremental", "SQLite after one function changed, against the whole build",
        incremental, peer="whole build", goal=0.15, rounds=3, warmup=0,
        needs=["llvm-dis-19", "llvm-as-19"]),
    Row("size-sqlite", "Size of SQLite's image against the plain shared library", sizes,
        peer="clang-19 -shared", metric="value", unit="bytes", rounds=1),
]
