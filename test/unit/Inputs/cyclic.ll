; Debug information that LLVM's verifier takes and no compiler writes: a typedef of itself by way of
; another type, a struct inside itself, an array of itself.
target triple = "x86_64-unknown-linux-gnu"

@a = global i32 0, !dbg !10
@b = global i32 0, !dbg !11
@c = global i32 0, !dbg !12

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!3}

!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, producer: "hand", emissionKind: FullDebug, globals: !2)
!1 = !DIFile(filename: "cyclic.c", directory: ".")
!2 = !{!10, !11, !12}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!10 = !DIGlobalVariableExpression(var: !20, expr: !DIExpression())
!11 = !DIGlobalVariableExpression(var: !21, expr: !DIExpression())
!12 = !DIGlobalVariableExpression(var: !22, expr: !DIExpression())
!20 = distinct !DIGlobalVariable(name: "a", scope: !0, file: !1, line: 1, type: !30, isLocal: false, isDefinition: true)
!21 = distinct !DIGlobalVariable(name: "b", scope: !0, file: !1, line: 2, type: !32, isLocal: false, isDefinition: true)
!22 = distinct !DIGlobalVariable(name: "c", scope: !0, file: !1, line: 3, type: !35, isLocal: false, isDefinition: true)
!30 = distinct !DIDerivedType(tag: DW_TAG_typedef, name: "t", file: !1, line: 1, baseType: !31)
!31 = distinct !DIDerivedType(tag: DW_TAG_const_type, baseType: !30)
!32 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "s", file: !1, line: 2, size: 64, elements: !33)
!33 = !{!34}
!34 = distinct !DIDerivedType(tag: DW_TAG_member, name: "self", scope: !32, file: !1, line: 2, baseType: !32, size: 64)
!35 = distinct !DICompositeType(tag: DW_TAG_array_type, baseType: !35, size: 64, elements: !36)
!36 = !{!37}
!37 = !DISubrange(count: 2)
