"""Versions of functions for several CPUs: their code against clang's for one CPU, and what the
choice costs. Both are made from the same bitcode, which names no CPU; times are taken in turn in
one process (kernels/compare.c, kernels/dispatch.c)."""

import os
import re

from inputs import CLANG, ROOT
from measure import Command
from rows import Row

FOLDER = os.path.join(ROOT, "bench", "kernels")
KERNELS = ["sum", "dot", "saxpy", "eigen_gemm", "eigen_gemv", "stb_resize", "xxh3", "utf8", "lines"]
NEEDS = ["libc.so.6", "libm.so.6", "libstdc++.so.6"]
LEVELS = "generic;x86-64-v3;x86-64-v4"
CLANGXX = CLANG.replace("clang", "clang++")


def flags():
    return ["-O2", "-w", "-fPIC", "-fno-exceptions", "-I/usr/include/eigen3"]


def bitcode(inputs):
    """The kernels as clang's frontend leaves them, and the same for no CPU"""
    def make(path):
        inputs.run(CLANGXX, *flags(), "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c",
                   os.path.join(FOLDER, "kernels.cpp"), "-o", path)

    def strip(path):
        text = inputs.run("llvm-dis-19", bc, "-o", "-")
        with open(path + ".ll", "w", encoding="utf-8") as f:
            f.write(re.sub(r' "(target-cpu|target-features|tune-cpu)"="[^"]*"', "", text))
        inputs.run("llvm-as-19", path + ".ll", "-o", path)
    bc = inputs.once("kernels.bc", make)
    return bc, inputs.once("kernels-bare.bc", strip)


def versions(inputs, targets, name):
    image = inputs.path(name)
    inputs.run(inputs.pkgimg, "build", "--exports=native", *[f"--needs={n}" for n in NEEDS],
               "--cpu-target=" + targets, bitcode(inputs)[0], "-o", image)
    return image


def plain(inputs, march, source=None):
    library = inputs.path(f"kernels-{march or 'generic'}{'-source' if source else ''}.so")
    inputs.run(CLANGXX, *flags(), *(["-march=" + march] if march else []), "-shared",
               source or bitcode(inputs)[1], "-o", library)
    return library


def against(targets, march, cap=None, source=False):
    """speeds of all kernels: the version for `cap` against clang's for `march`"""
    def prepare(inputs):
        compare = inputs.host_program("kernels/compare", ())
        image = versions(inputs, targets, f"kernels-{targets.count(';')}.so")
        library = plain(inputs, march, source and os.path.join(FOLDER, "kernels.cpp"))
        return {name: Command([compare, image, library, "20", name], value=True,
                              env={"PKGIMG_CPU_CAP": cap} if cap else {})
                for name in KERNELS}
    return prepare


def dispatch(where):
    """a call through a slot, or inside a version, against that call in an image of one target"""
    def prepare(inputs):
        timer = inputs.host_program("kernels/dispatch", ())
        bc = inputs.path("calls.bc")
        inputs.run(CLANG, "-O1", "-fPIC", "-emit-llvm", "-c", os.path.join(FOLDER, "calls.c"), "-o",
                   bc)
        images = [inputs.path(f"calls-{i}.so") for i in range(2)]
        for image, targets in zip(images, ("generic;x86-64-v3", "generic")):
            inputs.run(inputs.pkgimg, "build", "--exports=native", "--cpu-target=" + targets, bc,
                       "-o", image)
        # the code is the least CPU's in both images, so that the call alone differs
        return {"difference": Command([timer, *images, "calls_" + where], value=True,
                                      env={"PKGIMG_CPU_CAP": "generic"})}
    return prepare


SPEED = {"metric": "value", "unit": "x", "goal": 0.97, "more_is_better": True, "each": 5,
         "rounds": 5, "needs": ["llvm-dis-19", "llvm-as-19"]}

ROWS = [
    Row("kernels-native", "speed of the best version, of four targets with this machine's own, "
        "against clang -march=native", against(LEVELS + ";native", "native"), **SPEED,
        note="stb_resize was 0.96 where it was looked into: 0.975 with versions of all functions "
             "(clone_all), 0.99 to 1.00 for one target compiled in one part."),
    Row("kernels-v3", "speed of the version for x86-64-v3 against clang -march=x86-64-v3",
        against(LEVELS, "x86-64-v3", "x86-64-v3"), **SPEED),
    Row("kernels-generic", "speed of the least CPU's version against clang for that",
        against(LEVELS, None, "generic"), **SPEED),
    Row("kernels-levels", "speed of the best of x86-64's levels against clang -march=native",
        against(LEVELS, "native"), **{**SPEED, "goal": None},
        note="A level says which instructions there are, not in which order the CPU likes them. "
             "A target for that CPU beside the levels makes up for it: kernels-native."),
    Row("kernels-source", "the same against clang -march=native on the source", against(
        LEVELS, "native", source=True), **{**SPEED, "goal": None},
        note="Eigen and xxHash choose their vectors by the preprocessor, so bitcode for the least "
             "CPU has that one's; loops that are left to the compiler do not suffer so."),
    Row("dispatch", "a call through a slot, more than a direct one", dispatch("across"),
        ours="difference", metric="value", unit="ns", goal=0.5, rounds=5),
    Row("dispatch-inside", "a call inside a version, more than a direct one", dispatch("inside"),
        ours="difference", metric="value", unit="ns", goal=0.05, rounds=5,
        note="Both calls are the same instruction (test/run/versions.test)."),
]
