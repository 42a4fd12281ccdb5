"""What else it costs: the bytes of a file by parts; another measure of the first row. Memory and
bytes written are counted for every row of the bench."""

import json
import os
import subprocess
import sys

import link_rows
from measure import Command
from rows import Parts, Row

PARTS = {"code": (".text", ".plt", ".init", ".fini", ".iplt"),
         "data": (".data", ".got", ".init_array", ".fini_array", ".dynamic", ".tm_clone_table"),
         "read-only data": (".rodata",),
         "unwind tables": (".eh_frame", ".gcc_except_table"),
         "relocations": (".rel",),
         "dynamic symbols": (".dynsym", ".dynstr", ".gnu.hash", ".gnu.version", ".hash"),
         "symbols for debuggers": (".symtab", ".strtab"),
         "metadata of pkgimg": (".pkgimg",),
         "heap": (".pkgimg.heap", ".pkgimg.h")}


def part_of(section):
    """the longest beginning that fits"""
    fits = [(len(start), part) for part, starts in PARTS.items() for start in starts
            if section.startswith(start)]
    return max(fits)[1] if fits else "headers, padding, notes"


def parts(inputs, path):
    """{part: bytes of the file}"""
    sections = json.loads(inputs.run("llvm-readelf-19", "--elf-output-style=JSON", "--sections",
                                     path))[0]["Sections"]
    sizes = dict.fromkeys([*PARTS, part_of("")], 0)
    for section in sections:
        s = section["Section"]
        if s["Type"]["Name"] not in ("SHT_NOBITS", "SHT_NULL"):
            sizes[part_of(s["Name"]["Name"])] += s["Size"]
    sizes[part_of("")] += os.path.getsize(path) - sum(sizes.values())
    return sizes


def sqlite_parts(inputs):
    image, plain = inputs.sqlite_built()
    return {"pkgimg": parts(inputs, image), "clang-19 -shared": parts(inputs, plain)}


def heap_parts(inputs):
    import scale_rows
    return {"pkgimg": parts(inputs, scale_rows.heap(inputs, 20_000))}


def by_hyperfine(inputs):
    """the same commands as link_rows measures, one after the other"""
    commands = link_rows.elf_cold(1024)(inputs)
    return {who: Command([sys.executable, os.path.abspath(__file__), "hyperfine",
                          *commands[who].argv], value=True)
            for who in ("pkgimg", "ld.lld-19")}


ROWS = [
    Parts("size-parts", "SQLite's image against the plain shared library, by parts", sqlite_parts,
          peer="clang-19 -shared", needs=["llvm-readelf-19"]),
    Parts("size-heap-parts", "An image with a heap of 20,000 objects, 1 MB", heap_parts,
          needs=["llvm-readelf-19"]),
    Row("check-hyperfine", "The first row's links again, measured by hyperfine", by_hyperfine,
        peer="ld.lld-19", metric="value", unit="ms", goal=0.35, rounds=3, needs=["hyperfine"],
        note="hyperfine runs a command many times and then the other one; this bench runs them in "
        "turn and divides pair by pair, which a busy machine disturbs less. hyperfine counts no "
        "memory, no bytes and nothing inside a program, so it only checks the measure."),
]


def main(argv):
    out = "/dev/stdout"
    done = subprocess.run(["hyperfine", "-N", "--style=none", "--warmup=3", "--runs=30",
                           "--export-json=" + out, subprocess.list2cmdline(argv[1:])],
                          stdout=subprocess.PIPE, text=True, check=True)
    print(json.loads(done.stdout)["results"][0]["median"] * 1e3)


if __name__ == "__main__":
    main(sys.argv[1:])
