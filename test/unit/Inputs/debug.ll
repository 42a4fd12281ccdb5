; ModuleID = 'debug.c'
source_filename = "debug.c"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%struct.many = type { x86_fp80, { double, double }, i8, i128, i32, i32, [3 x [4 x i32]], ptr, <4 x float>, ptr, ptr }
%struct.packed = type <{ i8, i32 }>
%struct.pack2 = type <{ i8, i8, double }>
%struct.flex = type { i32, [0 x i8] }
%struct.aligned = type { i8, [31 x i8], i32, [28 x i8] }
%struct.point = type { i32, i32 }

@constant = dso_local constant [2 x i32] [i32 1, i32 2], align 4, !dbg !0
@add.calls = internal global i32 0, align 4, !dbg !20
@per_thread = internal thread_local global i32 3, align 4, !dbg !123
@many = dso_local global %struct.many zeroinitializer, align 16, !dbg !32
@head = dso_local global ptr null, align 8, !dbg !74
@color = dso_local global i32 0, align 4, !dbg !90
@sign = dso_local global i32 0, align 4, !dbg !92
@wide = dso_local global i64 0, align 8, !dbg !94
@packed = dso_local global %struct.packed zeroinitializer, align 1, !dbg !96
@pack2 = dso_local global %struct.pack2 zeroinitializer, align 2, !dbg !102
@flex = dso_local global %struct.flex zeroinitializer, align 4, !dbg !108
@aligned = dso_local global %struct.aligned zeroinitializer, align 32, !dbg !117

; Function Attrs: noinline nounwind optnone uwtable
define dso_local i32 @add(i32 noundef %0, ptr noundef %1) #0 !dbg !22 {
  %3 = alloca i32, align 4
  %4 = alloca ptr, align 8
  store i32 %0, ptr %3, align 4
    #dbg_declare(ptr %3, !137, !DIExpression(), !138)
  store ptr %1, ptr %4, align 8
    #dbg_declare(ptr %4, !139, !DIExpression(), !140)
  %5 = load i32, ptr @add.calls, align 4, !dbg !141
  %6 = add nsw i32 %5, 1, !dbg !141
  store i32 %6, ptr @add.calls, align 4, !dbg !141
  %7 = load i32, ptr %3, align 4, !dbg !142
  %8 = load ptr, ptr %4, align 8, !dbg !143
  %9 = getelementptr inbounds %struct.point, ptr %8, i32 0, i32 0, !dbg !144
  %10 = load i32, ptr %9, align 4, !dbg !144
  %11 = add nsw i32 %7, %10, !dbg !145
  %12 = call align 4 ptr @llvm.threadlocal.address.p0(ptr align 4 @per_thread), !dbg !146
  %13 = load i32, ptr %12, align 4, !dbg !146
  %14 = add nsw i32 %11, %13, !dbg !147
  %15 = call i32 @missing(), !dbg !148
  %16 = add nsw i32 %14, %15, !dbg !149
  ret i32 %16, !dbg !150
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare nonnull ptr @llvm.threadlocal.address.p0(ptr nonnull) #1

declare i32 @missing() #2

; Function Attrs: noinline nounwind optnone uwtable
define dso_local i32 @format(ptr noundef %0, ...) #0 !dbg !151 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
    #dbg_declare(ptr %2, !154, !DIExpression(), !155)
  %3 = load ptr, ptr %2, align 8, !dbg !156
  %4 = getelementptr inbounds i8, ptr %3, i64 0, !dbg !156
  %5 = load i8, ptr %4, align 1, !dbg !156
  %6 = sext i8 %5 to i32, !dbg !156
  %7 = call i32 @twice(i32 noundef %6), !dbg !157
  ret i32 %7, !dbg !158
}

; Function Attrs: noinline nounwind optnone uwtable
define internal i32 @twice(i32 noundef %0) #0 !dbg !159 {
  %2 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
    #dbg_declare(ptr %2, !162, !DIExpression(), !163)
  %3 = load i32, ptr %2, align 4, !dbg !164
  %4 = mul nsw i32 2, %3, !dbg !165
  ret i32 %4, !dbg !166
}

attributes #0 = { noinline nounwind optnone uwtable "frame-pointer"="all" "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #1 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #2 = { "frame-pointer"="all" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }

!llvm.dbg.cu = !{!2}
!llvm.module.flags = !{!129, !130, !131, !132, !133, !134, !135}
!llvm.ident = !{!136}

!0 = !DIGlobalVariableExpression(var: !1, expr: !DIExpression())
!1 = distinct !DIGlobalVariable(name: "constant", scope: !2, file: !3, line: 53, type: !125, isLocal: false, isDefinition: true)
!2 = distinct !DICompileUnit(language: DW_LANG_C11, file: !3, producer: "Debian clang version 19.1.7 (3~deb12u1)", isOptimized: false, runtimeVersion: 0, emissionKind: FullDebug, enums: !4, globals: !19, splitDebugInlining: false, nameTableKind: None)
!3 = !DIFile(filename: "debug.c", directory: ".", checksumkind: CSK_MD5, checksum: "192ac7b87aa711a7676f8b244b636943")
!4 = !{!5, !10, !15}
!5 = !DICompositeType(tag: DW_TAG_enumeration_type, name: "color", file: !3, line: 3, baseType: !6, size: 32, elements: !7)
!6 = !DIBasicType(name: "unsigned int", size: 32, encoding: DW_ATE_unsigned)
!7 = !{!8, !9}
!8 = !DIEnumerator(name: "RED", value: 0)
!9 = !DIEnumerator(name: "GREEN", value: 5)
!10 = !DICompositeType(tag: DW_TAG_enumeration_type, name: "sign", file: !3, line: 4, baseType: !11, size: 32, elements: !12)
!11 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!12 = !{!13, !14}
!13 = !DIEnumerator(name: "MINUS", value: -1)
!14 = !DIEnumerator(name: "PLUS", value: 1)
!15 = !DICompositeType(tag: DW_TAG_enumeration_type, name: "wide", file: !3, line: 5, baseType: !16, size: 64, elements: !17)
!16 = !DIBasicType(name: "unsigned long", size: 64, encoding: DW_ATE_unsigned)
!17 = !{!18}
!18 = !DIEnumerator(name: "ALL", value: 18446744073709551615, isUnsigned: true)
!19 = !{!0, !20, !32, !74, !90, !92, !94, !96, !102, !108, !117, !123}
!20 = !DIGlobalVariableExpression(var: !21, expr: !DIExpression())
!21 = distinct !DIGlobalVariable(name: "calls", scope: !22, file: !3, line: 68, type: !11, isLocal: true, isDefinition: true)
!22 = distinct !DISubprogram(name: "add", scope: !3, file: !3, line: 66, type: !23, scopeLine: 67, flags: DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, retainedNodes: !31)
!23 = !DISubroutineType(types: !24)
!24 = !{!11, !11, !25}
!25 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !26, size: 64)
!26 = !DIDerivedType(tag: DW_TAG_typedef, name: "point_t", file: !3, line: 8, baseType: !27)
!27 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "point", file: !3, line: 6, size: 64, elements: !28)
!28 = !{!29, !30}
!29 = !DIDerivedType(tag: DW_TAG_member, name: "x", scope: !27, file: !3, line: 7, baseType: !11, size: 32)
!30 = !DIDerivedType(tag: DW_TAG_member, name: "y", scope: !27, file: !3, line: 7, baseType: !11, size: 32, offset: 32)
!31 = !{}
!32 = !DIGlobalVariableExpression(var: !33, expr: !DIExpression())
!33 = distinct !DIGlobalVariable(name: "many", scope: !2, file: !3, line: 54, type: !34, isLocal: false, isDefinition: true)
!34 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "many", file: !3, line: 39, size: 1280, elements: !35)
!35 = !{!36, !38, !40, !42, !44, !46, !48, !53, !62, !67, !70}
!36 = !DIDerivedType(tag: DW_TAG_member, name: "ld", scope: !34, file: !3, line: 40, baseType: !37, size: 128)
!37 = !DIBasicType(name: "long double", size: 128, encoding: DW_ATE_float)
!38 = !DIDerivedType(tag: DW_TAG_member, name: "cd", scope: !34, file: !3, line: 41, baseType: !39, size: 128, offset: 128)
!39 = !DIBasicType(name: "complex", size: 128, encoding: DW_ATE_complex_float)
!40 = !DIDerivedType(tag: DW_TAG_member, name: "b", scope: !34, file: !3, line: 42, baseType: !41, size: 8, offset: 256)
!41 = !DIBasicType(name: "_Bool", size: 8, encoding: DW_ATE_boolean)
!42 = !DIDerivedType(tag: DW_TAG_member, name: "big", scope: !34, file: !3, line: 43, baseType: !43, size: 128, offset: 384)
!43 = !DIBasicType(name: "__int128", size: 128, encoding: DW_ATE_signed)
!44 = !DIDerivedType(tag: DW_TAG_member, name: "at", scope: !34, file: !3, line: 44, baseType: !45, size: 32, offset: 512)
!45 = !DIDerivedType(tag: DW_TAG_atomic_type, baseType: !11)
!46 = !DIDerivedType(tag: DW_TAG_member, name: "vi", scope: !34, file: !3, line: 45, baseType: !47, size: 32, offset: 544)
!47 = !DIDerivedType(tag: DW_TAG_volatile_type, baseType: !11)
!48 = !DIDerivedType(tag: DW_TAG_member, name: "grid", scope: !34, file: !3, line: 46, baseType: !49, size: 384, offset: 576)
!49 = !DICompositeType(tag: DW_TAG_array_type, baseType: !11, size: 384, elements: !50)
!50 = !{!51, !52}
!51 = !DISubrange(count: 3)
!52 = !DISubrange(count: 4)
!53 = !DIDerivedType(tag: DW_TAG_member, name: "call", scope: !34, file: !3, line: 47, baseType: !54, size: 64, offset: 960)
!54 = !DIDerivedType(tag: DW_TAG_typedef, name: "callback", file: !3, line: 37, baseType: !55)
!55 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !56, size: 64)
!56 = !DISubroutineType(types: !57)
!57 = !{!11, !58, null}
!58 = !DIDerivedType(tag: DW_TAG_restrict_type, baseType: !59)
!59 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !60, size: 64)
!60 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !61)
!61 = !DIBasicType(name: "char", size: 8, encoding: DW_ATE_signed_char)
!62 = !DIDerivedType(tag: DW_TAG_member, name: "v", scope: !34, file: !3, line: 48, baseType: !63, size: 128, offset: 1024)
!63 = !DIDerivedType(tag: DW_TAG_typedef, name: "v4", file: !3, line: 38, baseType: !64)
!64 = !DICompositeType(tag: DW_TAG_array_type, baseType: !65, size: 128, flags: DIFlagVector, elements: !66)
!65 = !DIBasicType(name: "float", size: 32, encoding: DW_ATE_float)
!66 = !{!52}
!67 = !DIDerivedType(tag: DW_TAG_member, name: "h", scope: !34, file: !3, line: 49, baseType: !68, size: 64, offset: 1152)
!68 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !69, size: 64)
!69 = !DICompositeType(tag: DW_TAG_structure_type, name: "hidden", file: !3, line: 36, flags: DIFlagFwdDecl)
!70 = !DIDerivedType(tag: DW_TAG_member, name: "old", scope: !34, file: !3, line: 50, baseType: !71, size: 64, offset: 1216)
!71 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !72, size: 64)
!72 = !DISubroutineType(types: !73)
!73 = !{null, null}
!74 = !DIGlobalVariableExpression(var: !75, expr: !DIExpression())
!75 = distinct !DIGlobalVariable(name: "head", scope: !2, file: !3, line: 55, type: !76, isLocal: false, isDefinition: true)
!76 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !77, size: 64)
!77 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "node", file: !3, line: 9, size: 192, elements: !78)
!78 = !{!79, !80, !86, !87, !88}
!79 = !DIDerivedType(tag: DW_TAG_member, name: "next", scope: !77, file: !3, line: 10, baseType: !76, size: 64)
!80 = !DIDerivedType(tag: DW_TAG_member, scope: !77, file: !3, line: 11, baseType: !81, size: 64, offset: 64)
!81 = distinct !DICompositeType(tag: DW_TAG_union_type, scope: !77, file: !3, line: 11, size: 64, elements: !82)
!82 = !{!83, !84}
!83 = !DIDerivedType(tag: DW_TAG_member, name: "i", scope: !81, file: !3, line: 12, baseType: !11, size: 32)
!84 = !DIDerivedType(tag: DW_TAG_member, name: "d", scope: !81, file: !3, line: 13, baseType: !85, size: 64)
!85 = !DIBasicType(name: "double", size: 64, encoding: DW_ATE_float)
!86 = !DIDerivedType(tag: DW_TAG_member, name: "a", scope: !77, file: !3, line: 15, baseType: !6, size: 3, offset: 128, flags: DIFlagBitField, extraData: i64 128)
!87 = !DIDerivedType(tag: DW_TAG_member, name: "b", scope: !77, file: !3, line: 15, baseType: !6, size: 5, offset: 131, flags: DIFlagBitField, extraData: i64 128)
!88 = !DIDerivedType(tag: DW_TAG_member, name: "c", scope: !77, file: !3, line: 16, baseType: !89, size: 40, offset: 136, flags: DIFlagBitField, extraData: i64 128)
!89 = !DIBasicType(name: "unsigned long long", size: 64, encoding: DW_ATE_unsigned)
!90 = !DIGlobalVariableExpression(var: !91, expr: !DIExpression())
!91 = distinct !DIGlobalVariable(name: "color", scope: !2, file: !3, line: 56, type: !5, isLocal: false, isDefinition: true)
!92 = !DIGlobalVariableExpression(var: !93, expr: !DIExpression())
!93 = distinct !DIGlobalVariable(name: "sign", scope: !2, file: !3, line: 57, type: !10, isLocal: false, isDefinition: true)
!94 = !DIGlobalVariableExpression(var: !95, expr: !DIExpression())
!95 = distinct !DIGlobalVariable(name: "wide", scope: !2, file: !3, line: 58, type: !15, isLocal: false, isDefinition: true)
!96 = !DIGlobalVariableExpression(var: !97, expr: !DIExpression())
!97 = distinct !DIGlobalVariable(name: "packed", scope: !2, file: !3, line: 59, type: !98, isLocal: false, isDefinition: true)
!98 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "packed", file: !3, line: 18, size: 40, elements: !99)
!99 = !{!100, !101}
!100 = !DIDerivedType(tag: DW_TAG_member, name: "c", scope: !98, file: !3, line: 19, baseType: !61, size: 8)
!101 = !DIDerivedType(tag: DW_TAG_member, name: "i", scope: !98, file: !3, line: 20, baseType: !11, size: 32, offset: 8)
!102 = !DIGlobalVariableExpression(var: !103, expr: !DIExpression())
!103 = distinct !DIGlobalVariable(name: "pack2", scope: !2, file: !3, line: 60, type: !104, isLocal: false, isDefinition: true)
!104 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "pack2", file: !3, line: 23, size: 80, align: 16, elements: !105)
!105 = !{!106, !107}
!106 = !DIDerivedType(tag: DW_TAG_member, name: "c", scope: !104, file: !3, line: 24, baseType: !61, size: 8)
!107 = !DIDerivedType(tag: DW_TAG_member, name: "d", scope: !104, file: !3, line: 25, baseType: !85, size: 64, offset: 16)
!108 = !DIGlobalVariableExpression(var: !109, expr: !DIExpression())
!109 = distinct !DIGlobalVariable(name: "flex", scope: !2, file: !3, line: 61, type: !110, isLocal: false, isDefinition: true)
!110 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "flex", file: !3, line: 28, size: 32, elements: !111)
!111 = !{!112, !113}
!112 = !DIDerivedType(tag: DW_TAG_member, name: "n", scope: !110, file: !3, line: 29, baseType: !11, size: 32)
!113 = !DIDerivedType(tag: DW_TAG_member, name: "data", scope: !110, file: !3, line: 30, baseType: !114, offset: 32)
!114 = !DICompositeType(tag: DW_TAG_array_type, baseType: !61, elements: !115)
!115 = !{!116}
!116 = !DISubrange(count: -1)
!117 = !DIGlobalVariableExpression(var: !118, expr: !DIExpression())
!118 = distinct !DIGlobalVariable(name: "aligned", scope: !2, file: !3, line: 62, type: !119, isLocal: false, isDefinition: true)
!119 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "aligned", file: !3, line: 32, size: 512, elements: !120)
!120 = !{!121, !122}
!121 = !DIDerivedType(tag: DW_TAG_member, name: "c", scope: !119, file: !3, line: 33, baseType: !61, size: 8)
!122 = !DIDerivedType(tag: DW_TAG_member, name: "x", scope: !119, file: !3, line: 34, baseType: !11, size: 32, align: 256, offset: 256)
!123 = !DIGlobalVariableExpression(var: !124, expr: !DIExpression())
!124 = distinct !DIGlobalVariable(name: "per_thread", scope: !2, file: !3, line: 52, type: !11, isLocal: true, isDefinition: true)
!125 = !DICompositeType(tag: DW_TAG_array_type, baseType: !126, size: 64, elements: !127)
!126 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !11)
!127 = !{!128}
!128 = !DISubrange(count: 2)
!129 = !{i32 7, !"Dwarf Version", i32 5}
!130 = !{i32 2, !"Debug Info Version", i32 3}
!131 = !{i32 1, !"wchar_size", i32 4}
!132 = !{i32 8, !"PIC Level", i32 2}
!133 = !{i32 7, !"PIE Level", i32 2}
!134 = !{i32 7, !"uwtable", i32 2}
!135 = !{i32 7, !"frame-pointer", i32 2}
!136 = !{!"Debian clang version 19.1.7 (3~deb12u1)"}
!137 = !DILocalVariable(name: "a", arg: 1, scope: !22, file: !3, line: 66, type: !11)
!138 = !DILocation(line: 66, column: 13, scope: !22)
!139 = !DILocalVariable(name: "p", arg: 2, scope: !22, file: !3, line: 66, type: !25)
!140 = !DILocation(line: 66, column: 25, scope: !22)
!141 = !DILocation(line: 69, column: 7, scope: !22)
!142 = !DILocation(line: 70, column: 9, scope: !22)
!143 = !DILocation(line: 70, column: 13, scope: !22)
!144 = !DILocation(line: 70, column: 16, scope: !22)
!145 = !DILocation(line: 70, column: 11, scope: !22)
!146 = !DILocation(line: 70, column: 20, scope: !22)
!147 = !DILocation(line: 70, column: 18, scope: !22)
!148 = !DILocation(line: 70, column: 33, scope: !22)
!149 = !DILocation(line: 70, column: 31, scope: !22)
!150 = !DILocation(line: 70, column: 2, scope: !22)
!151 = distinct !DISubprogram(name: "format", scope: !3, file: !3, line: 78, type: !152, scopeLine: 79, flags: DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, retainedNodes: !31)
!152 = !DISubroutineType(types: !153)
!153 = !{!11, !59, null}
!154 = !DILocalVariable(name: "f", arg: 1, scope: !151, file: !3, line: 78, type: !59)
!155 = !DILocation(line: 78, column: 24, scope: !151)
!156 = !DILocation(line: 80, column: 15, scope: !151)
!157 = !DILocation(line: 80, column: 9, scope: !151)
!158 = !DILocation(line: 80, column: 2, scope: !151)
!159 = distinct !DISubprogram(name: "twice", scope: !3, file: !3, line: 73, type: !160, scopeLine: 74, flags: DIFlagPrototyped, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition, unit: !2, retainedNodes: !31)
!160 = !DISubroutineType(types: !161)
!161 = !{!11, !11}
!162 = !DILocalVariable(name: "v", arg: 1, scope: !159, file: !3, line: 73, type: !11)
!163 = !DILocation(line: 73, column: 22, scope: !159)
!164 = !DILocation(line: 75, column: 13, scope: !159)
!165 = !DILocation(line: 75, column: 11, scope: !159)
!166 = !DILocation(line: 75, column: 2, scope: !159)
