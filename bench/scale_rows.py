"""Cost against size: images, bytes of heap, methods, CPU targets. No curve may be worse than
linear.

As a program: scale_rows.py HELPER... prints the CPU time of what the helper builds, in ms."""

import os
import sys

import heap_rows
from inputs import CLANG
from measure import Command, anew
from rows import Curve

IMAGES = [1, 10, 100, 1000, 4000]
HEAPS = [20, 650, 20_000, 650_000, 20_800_000]  # objects: 1 KiB to 1 GiB
METHODS = [10, 100, 1000, 10_000, 100_000]
# those with AVX-512 take a fifth longer to make: as many of them, or nearly, in each power of two
TARGETS = ["generic", "skylake-avx512", "x86-64-v2", "haswell", "x86-64-v4", "nehalem", "znver3",
           "icelake-server", "x86-64-v3", "ivybridge", "cascadelake", "sandybridge",
           "sapphirerapids", "broadwell", "skylake", "znver4"]
COUNTS = [1, 2, 4, 8, 16]


# ---- images

def image_folder(inputs):
    return inputs.many_images(max(IMAGES))


def bundle(inputs, n):
    folder = image_folder(inputs)
    return inputs.once(f"bundle-{n}.so", lambda path: inputs.run(
        inputs.pkgimg, "bundle", *(f"{folder}/p{i}.so" for i in range(n)), "-o", path))


def open_images(inputs):
    folder, heap, own = image_folder(inputs), heap_rows.loop(inputs), scale_loop(inputs)
    return {
        "in a bundle": {n: Command([heap, "bundle", bundle(inputs, n)], value=True)
                        for n in IMAGES},
        "a file each": {n: Command([own, "opens", folder, str(n)], value=True) for n in IMAGES},
        "dlopen of each": {n: Command([own, "dlopens", folder, str(n)], value=True)
                           for n in IMAGES}}


def make_bundles(inputs):
    folder = image_folder(inputs)
    out = inputs.path("scale-bundle.so")
    return {"pkgimg bundle": {
        n: Command([inputs.pkgimg, "bundle", *(f"{folder}/p{i}.so" for i in range(n)), "-o", out],
                   before=anew(out)) for n in IMAGES}}


def links(inputs):
    """so many links in one worker"""
    obj = inputs.image_object("scale-link.o", "int add(int a, int b) { return a + b; }\n", 1024)

    def jobs(n):
        path, folder = inputs.path(f"scale-links-{n}.jsonl"), inputs.path("scale-links", "")
        with open(path, "w", encoding="utf-8") as f:
            for i in range(n):
                out = os.path.join(folder, f"{i}.so")
                f.write('{"arguments": ["--image", "%s", "-o", "%s"]}\n' % (obj, out))
        return Command([inputs.pkgimg, "link", "-j", "1", "--jobs", path])
    return {"one worker": {n: jobs(n) for n in IMAGES}}


# ---- heaps

def heap(inputs, n):
    return inputs.once(f"heap-{n}.so", lambda path: inputs.run(
        heap_rows.helper(inputs, "heap-big"), "objects", str(n), path))


def load_heaps(inputs):
    loop = heap_rows.loop(inputs)
    sizes = {n: os.path.getsize(heap(inputs, n)) for n in HEAPS}
    return {who: {round(sizes[n] / 1024): Command([loop, mode, heap(inputs, n)], value=True)
                  for n in HEAPS}
            for who, mode in (("at its address", "load"), ("elsewhere", "move"),
                              ("memcpy", "memcpy"))}


def write_heaps(inputs):
    program, out = heap_rows.helper(inputs, "heap-big"), inputs.path("scale-heap.so")
    itself = [sys.executable, os.path.abspath(__file__)]
    return {"walk and write": {
        n: Command([*itself, program, "objects", str(n), out], value=True) for n in HEAPS}}


# ---- methods

def module(n):
    """IR of n functions with debug information: f<i>(x) = x + i"""
    out = []
    for i in range(n):
        out.append(f"define i32 @f{i}(i32 %x) !dbg !{10 + i} {{\n  %r = add i32 %x, {i}\n"
                   "  ret i32 %r\n}\n")
    out.append('!llvm.dbg.cu = !{!0}\n!llvm.module.flags = !{!5, !6}\n'
               '!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, isOptimized: true, '
               'emissionKind: FullDebug)\n!1 = !DIFile(filename: "code.c", directory: "/")\n'
               '!2 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)\n'
               '!3 = !DISubroutineType(types: !4)\n!4 = !{!2, !2}\n'
               '!5 = !{i32 2, !"Debug Info Version", i32 3}\n!6 = !{i32 7, !"Dwarf Version", i32 5}'
               '\n')
    for i in range(n):
        out.append(f'!{10 + i} = distinct !DISubprogram(name: "f{i}", file: !1, line: {i + 1}, '
                   'type: !3, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !0)\n')
    return "".join(out)


def methods(inputs, n):
    """the module as bitcode"""
    def make(path):
        with open(path + ".ll", "w", encoding="utf-8") as f:
            f.write(module(n))
        inputs.run(CLANG, "-O0", "-Xclang", "-disable-llvm-passes", "-w", "-emit-llvm", "-c",
                   path + ".ll", "-o", path)
        os.remove(path + ".ll")
    return inputs.once(f"methods-{n}.bc", make)


def methods_image(inputs, n):
    return inputs.once(f"methods-{n}.so", lambda path: inputs.run(
        inputs.pkgimg, "build", methods(inputs, n), "-o", path))


def build_methods(inputs):
    out = inputs.path("scale-methods")
    return {"pkgimg build": {n: Command([inputs.pkgimg, "build", methods(inputs, n), "-o",
                                         out + ".so"]) for n in METHODS},
            "clang-19 -O2 -c": {n: Command([CLANG, "-O2", "-fPIC", "-c", methods(inputs, n), "-o",
                                            out + ".o"]) for n in METHODS[:-1]}}


def load_methods(inputs):
    loop = scale_loop(inputs)
    return {"open, find, call": {
        n: Command([loop, "find", methods_image(inputs, n), str(n)], value=True) for n in METHODS}}


def inspect_methods(inputs):
    return {who: {n: Command([inputs.pkgimg, "inspect", *flags, methods_image(inputs, n)])
                  for n in METHODS}
            for who, flags in (("inspect", []), ("inspect --json", ["--json"]))}


# ---- CPU targets

def kernels(inputs):
    """a package in which each function gains from each target, so that all are made anew"""
    def make(path):
        with open(path + ".c", "w", encoding="utf-8") as f:
            for i in range(60):
                f.write(f"void k{i}(float *restrict a, const float *restrict b, int n)\n"
                        f"{{ for (int i = 0; i < n; i++) a[i] = a[i] * b[i] + {i}.5f * b[i]; }}\n"
                        f"int s{i}(const int *a, int n)\n"
                        f"{{ int s = {i}; for (int i = 0; i < n; i++) s += a[i] ^ {i}; "
                        "return s; }\n")
        inputs.run(CLANG, "-g", "-O2", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c",
                   path + ".c", "-o", path)
    return inputs.once("scale-kernels.bc", make)


def build_kernels(inputs, n, out):
    return [inputs.pkgimg, "build", "--cpu-target=" + ";".join(TARGETS[:n]), kernels(inputs), "-o",
            out]


def build_targets(inputs):
    out = inputs.path("scale-targets.so")
    return {"pkgimg build": {n: Command(build_kernels(inputs, n, out)) for n in COUNTS}}


def load_targets(inputs):
    loop = scale_loop(inputs)

    def image(n):
        return inputs.once(f"targets-{n}.so",
                           lambda path: inputs.run(*build_kernels(inputs, n, path)))
    return {"open": {n: Command([loop, "open", image(n), "1"], value=True) for n in COUNTS}}


def scale_loop(inputs):
    return inputs.host_program("scale_loop")


ROWS = [
    Curve("scale-images-open", "Opening images: in a bundle, a file each; dlopen beside it",
          open_images, ours="in a bundle", peers=("dlopen of each",), metric="value", unit="us",
          size="images", why="A file each grows as dlopen does, which opens it: the C library "
          "compares each file with all that are open. Many images go into a bundle."),
    Curve("scale-images-bundle", "Making a bundle", make_bundles, ours="pkgimg bundle",
          size="images"),
    Curve("scale-images-link", "Linking images in one worker", links, ours="one worker",
          size="images"),
    Curve("scale-heap-load", "Opening a heap: at its address, elsewhere; memcpy beside it",
          load_heaps, ours="at its address", peers=("memcpy",), metric="value", unit="us",
          size="KiB of image"),
    Curve("scale-heap-write", "Writing an image of a live heap, CPU time", write_heaps,
          ours="walk and write", metric="value", unit="ms", size="objects of 40 bytes",
          why="Instructions are linear, 1,600 for each object more from 20,000 to 100,000 and "
          "1,550 to 400,000 (callgrind; the making of the heap is in them). A third of the "
          "pointers lead anywhere in the heap: beyond the CPU's caches each of these misses. The "
          "largest takes 5 GB, and more than half of its time is the system's, for memory that a "
          "virtual machine gives back to its host when idle and has to ask for again."),
    Curve("scale-methods-build", "Building an image of small functions", build_methods,
          ours="pkgimg build", peers=("clang-19 -O2 -c",), size="methods",
          note="The peer is not run with 100,000: it takes minutes."),
    Curve("scale-methods-load", "Opening it, finding and calling its last method", load_methods,
          ours="open, find, call", metric="value", unit="us", size="methods"),
    Curve("scale-methods-inspect", "Inspecting it", inspect_methods, ours="inspect",
          size="methods"),
    Curve("scale-targets-build", "Building 120 kernels for CPU targets, each made for each target: "
          "CPU time", build_targets, ours="pkgimg build", metric="cpu", size="targets"),
    Curve("scale-targets-load", "Opening them, choosing a target", load_targets, ours="open",
          metric="value", unit="us", size="targets"),
]


if __name__ == "__main__":
    print(heap_rows.report_of(sys.argv[1:])["cpu_ms"])
