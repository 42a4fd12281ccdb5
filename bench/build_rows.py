"""Builds: bitcode to image against the compiler on the same bitcode."""

from measure import Command
from rows import Row


def sqlite(inputs):
    bc = inputs.sqlite()
    return {"pkgimg": Command([inputs.pkgimg, "build", bc, "-o", inputs.path("sqlite3.so")]),
            "clang-19 -O2 -c": Command(["clang-19", "-O2", "-fPIC", "-c", bc, "-o",
                                        inputs.path("sqlite3.o")])}


TARGETS = ["generic", "x86-64-v2", "x86-64-v3", "x86-64-v4"]


def targets(inputs):
    """the same package for 1, 2 and 4 CPU targets"""
    def build(n):
        return Command([inputs.pkgimg, "build", "--cpu-target=" + ";".join(TARGETS[:n]),
                        inputs.sqlite(), "-o", inputs.path(f"sqlite3-{n}.so")])
    return {f"{n} target{'s'[:n > 1]}": build(n) for n in (4, 2, 1)}


def incremental(inputs):
    """One function of SQLite changed since the build before, against the whole build"""
    bc, folder = inputs.sqlite(), inputs.path("incremental", "")
    text, changed = inputs.path("changed.ll"), inputs.path("changed.bc")
    inputs.run("llvm-dis-19", bc, "-o", text)
    with open(text, encoding="utf-8") as f:
        ir = f.read()
    head = ir.index("@sqlite3_libversion_number(")
    at = ir.index("ret i32 30", head)  # its only statement: return SQLITE_VERSION_NUMBER

    def edit():
        # another number each time, so that no object of an earlier round fits
        edit.n += 1
        with open(text, "w", encoding="utf-8") as f:
            f.write(ir[:at] + f"ret i32 {3100000 + edit.n}" + ir[ir.index("\n", at):])
        inputs.run("llvm-as-19", text, "-o", changed)

    edit.n = 0
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
    Row("build-sqlite", "SQLite's bitcode to an image, one CPU target", sqlite,
        peer="clang-19 -O2 -c", goal=0.65, rounds=3),
    Row("build-targets", "SQLite for four CPU targets, against one", targets, ours="4 targets",
        peer="1 target", rounds=3),
    Row("build-incremental", "SQLite after one function changed, against the whole build",
        incremental, peer="whole build", goal=0.15, rounds=3, needs=["llvm-dis-19", "llvm-as-19"]),
    Row("size-sqlite", "Size of SQLite's image against the plain shared library", sizes,
        peer="clang-19 -shared", metric="value", unit="bytes", rounds=1),
]
