"""make-workspace.py FOLDER COUNT: a workspace of COUNT small packages, each with a PACKAGE.yaml and
one module of IR; package i is built with packages i/2 and i/3. No compiler is needed."""
import os
import sys

MODULE = """define i32 @p%d_next(i32 %%x) !dbg !3 {
  %%r = add i32 %%x, %d
  ret i32 %%r
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!6, !7}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, isOptimized: true, emissionKind: FullDebug)
!1 = !DIFile(filename: "code.c", directory: "/")
!2 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!3 = distinct !DISubprogram(name: "p%d_next", file: !1, line: 1, type: !4, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !0)
!4 = !DISubroutineType(types: !5)
!5 = !{!2, !2}
!6 = !{i32 2, !"Debug Info Version", i32 3}
!7 = !{i32 7, !"Dwarf Version", i32 5}
"""


def main(folder, count):
    for i in range(count):
        own = os.path.join(folder, f"p{i}")
        os.makedirs(own)
        with open(os.path.join(own, "code.ll"), "w", encoding="utf-8") as f:
            f.write(MODULE % (i, i, i))
        below = sorted({i // 2, i // 3} - {i})
        with open(os.path.join(own, "PACKAGE.yaml"), "w", encoding="utf-8") as f:
            f.write(f"schema: 1\nname: p{i}\nversion: 1.{i}\nmodules: [code.ll]\n"
                    f"exports: [p{i}_next]\nneeds: []\nopt-level: 1\n")
            f.write("dependencies: [%s]\n" % ", ".join(f"p{k}" for k in below))
    with open(os.path.join(folder, "workspace.yaml"), "w", encoding="utf-8") as f:
        f.write("schema: 1\noutput: out\npackages:\n")
        f.writelines(f"  - p{i}/PACKAGE.yaml\n" for i in range(count))


main(sys.argv[1], int(sys.argv[2]))
