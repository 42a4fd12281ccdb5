"""make-workspace.py FOLDER COUNT: a workspace of COUNT small packages, each with a PACKAGE.yaml and
one module of IR; package i is built with packages i/2 and i/3. No compiler is needed."""
import os
import sys

MODULE = """define i32 @p%d_next(i32 %%x) {
  %%r = add i32 %%x, %d
  ret i32 %%r
}
"""


def main(folder, count):
    for i in range(count):
        own = os.path.join(folder, f"p{i}")
        os.makedirs(own)
        with open(os.path.join(own, "code.ll"), "w", encoding="utf-8") as f:
            f.write(MODULE % (i, i))
        below = sorted({i // 2, i // 3} - {i})
        with open(os.path.join(own, "PACKAGE.yaml"), "w", encoding="utf-8") as f:
            f.write(f"schema: 1\nname: p{i}\nversion: 1.{i}\nmodules: [code.ll]\n"
                    f"exports: [p{i}_next]\nneeds: []\nopt-level: 1\n")
            f.write("dependencies: [%s]\n" % ", ".join(f"p{k}" for k in below))
    with open(os.path.join(folder, "workspace.yaml"), "w", encoding="utf-8") as f:
        f.write("schema: 1\noutput: out\npackages:\n")
        f.writelines(f"  - p{i}/PACKAGE.yaml\n" for i in range(count))


main(sys.argv[1], int(sys.argv[2]))
