"""Print the assembly of an image's tables with four targets and one slot, by image/FORMAT.md, and of
a function for each target: usage: make-image.py CPU TARGET...

A TARGET is NAME or NAME=feature,feature,... with the features that it adds to those before it. The
function of target n runs an instruction that its CPU must have, and returns 10 + n.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..",
                                "tools"))
import decode_image  # noqa: E402

X86 = "\tmovl $%d, %%eax\n\tret\n"
A64 = "\tmov w0, #%d\n\tret\n"
RV = "\tli a0, %d\n\tret\n"
# what code of a target runs, by the last feature it adds
RUNS = {"avx2": "\tvpaddd %ymm0, %ymm1, %ymm1\n\tvzeroupper\n",
        "sse4.2": "\tpcmpistri $0, %xmm0, %xmm0\n",
        "avx512f": "\tvpaddd %zmm0, %zmm1, %zmm1\n\tvzeroupper\n",
        "lse": "\tsub sp, sp, #16\n\tldadd w1, w1, [sp]\n\tadd sp, sp, #16\n",
        "dotprod": "\tudot v0.4s, v1.16b, v2.16b\n",
        "sve": "\tadd z0.s, z1.s, z2.s\n",
        "v": "\tvsetvli t0, zero, e32, m1, ta, ma\n",
        "zba": "\tsh1add t0, t0, t0\n"}
EXTENSIONS = {"x86_64": "", "i386": "", "riscv64": "\t.attribute arch, \"rv64gcv_zba\"\n",
              "aarch64": "\t.arch armv8.5-a+sve\n"}


def main():
    cpu, specs = sys.argv[1], [s.partition("=") for s in sys.argv[2:]]
    names = decode_image.feature_names(cpu)
    pointer = ".quad"
    strings = b"\0sample\0"
    offsets = []
    for name, _, _ in specs:
        offsets.append(len(strings))
        strings += name.encode() + b"\0"
    n = len(specs)
    kinds = [(1, 1, len(strings)), (2, 48, 1), (3, 48, n), (11, 4, 2), (12, 16, 1), (13, 4, n)]
    at = 128 + 24 * len(kinds)
    directory = ""
    for kind, size, count in kinds:
        at = (at + 7) // 8 * 8
        directory += "\t.long %d, %d\n\t.quad %d, %d\n" % (kind, size, at, count)
        at += size * count
    needs, targets = 0, ""
    for i, (_, _, features) in enumerate(specs):
        for feature in filter(None, features.split(",")):
            needs |= 1 << names.index(feature)
        targets += "\t.long %d, 0, 0, %d\n" % (offsets[i], 0)
        targets += "\t.quad " + ", ".join(hex(needs >> 64 * w & 2**64 - 1) for w in range(4)) + "\n"
    print(EXTENSIONS[cpu] + "\t.section .pkgimg,\"a\"\n\t.globl pkgimg_self\n\t.hidden pkgimg_self\n"
          "\t.p2align 6\npkgimg_self:\n"
          "\t.ascii \"\\211PKGIMG\\n\"\n\t.short 2, 128\n\t.long 1\n\t.zero 64\n"
          "\t.long %d\n\t.zero 44\n" % len(kinds) + directory +
          "\t.byte " + ", ".join(map(str, strings)) + "\n\t.p2align 3\n"
          "\t.long 1, 0, 0, 0, 0, 0, 0, 0\n\t.zero 16\n" + targets +
          "\t.long slots - pkgimg_self, chosen - pkgimg_self\n\t.p2align 3\n"
          "\t.long 0, 1, 1, 1\n" +
          "".join("\t.long f%d - pkgimg_self\n" % i for i in range(n)) +
          "\t.section .data.rel.ro,\"aw\"\n\t.globl slots\n\t.p2align 3\nslots: %s f0\n" % pointer +
          "\t.bss\n\t.globl chosen\n\t.p2align 2\nchosen: .zero 4\n\t.text")
    code = X86 if cpu in ("x86_64", "i386") else A64 if cpu == "aarch64" else RV
    for i, (_, _, features) in enumerate(specs):
        print("f%d:\n%s%s" % (i, RUNS.get(features.split(",")[-1], ""), code % (10 + i)), end="")


if __name__ == "__main__":
    main()
