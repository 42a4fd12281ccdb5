; ModuleID = 'debug.cpp'
source_filename = "debug.cpp"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%"class.ns::derived" = type { %"struct.ns::base.base", %"struct.ns::derived::inner", { i64, i64 }, i64 }
%"struct.ns::base.base" = type <{ ptr, i32 }>
%"struct.ns::derived::inner" = type { i8 }
%"struct.ns::lazy" = type { ptr, %"struct.ns::base.base" }
%"struct.ns::base" = type <{ ptr, i32, [4 x i8] }>
%"struct.ns::array" = type { [3 x i32] }

$_ZN2ns7derivedC2Ev = comdat any

$_ZN2ns4lazyC1Ev = comdat any

$_ZN2ns4baseC2Ev = comdat any

$_ZTVN2ns7derivedE = comdat any

$_ZTSN2ns7derivedE = comdat any

$_ZTIN2ns7derivedE = comdat any

$_ZTVN2ns4lazyE = comdat any

$_ZTTN2ns4lazyE = comdat any

$_ZTSN2ns4lazyE = comdat any

$_ZTIN2ns4lazyE = comdat any

@_ZN2ns7derived5countE = dso_local global i32 3, align 4, !dbg !0
@derived = dso_local global %"class.ns::derived" { %"struct.ns::base.base" zeroinitializer, %"struct.ns::derived::inner" zeroinitializer, { i64, i64 } zeroinitializer, i64 -1 }, align 8, !dbg !47
@lazy = dso_local global %"struct.ns::lazy" zeroinitializer, align 8, !dbg !49
@_ZTVN2ns4baseE = dso_local unnamed_addr constant { [3 x ptr] } { [3 x ptr] [ptr null, ptr @_ZTIN2ns4baseE, ptr @_ZN2ns4base1fEi] }, align 8
@_ZTVN10__cxxabiv117__class_type_infoE = external global [0 x ptr]
@_ZTSN2ns4baseE = dso_local constant [11 x i8] c"N2ns4baseE\00", align 1
@_ZTIN2ns4baseE = dso_local constant { ptr, ptr } { ptr getelementptr inbounds (ptr, ptr @_ZTVN10__cxxabiv117__class_type_infoE, i64 2), ptr @_ZTSN2ns4baseE }, align 8
@_ZTVN2ns7derivedE = linkonce_odr dso_local unnamed_addr constant { [3 x ptr] } { [3 x ptr] [ptr null, ptr @_ZTIN2ns7derivedE, ptr @_ZN2ns4base1fEi] }, comdat, align 8
@_ZTVN10__cxxabiv120__si_class_type_infoE = external global [0 x ptr]
@_ZTSN2ns7derivedE = linkonce_odr dso_local constant [14 x i8] c"N2ns7derivedE\00", comdat, align 1
@_ZTIN2ns7derivedE = linkonce_odr dso_local constant { ptr, ptr, ptr } { ptr getelementptr inbounds (ptr, ptr @_ZTVN10__cxxabiv120__si_class_type_infoE, i64 2), ptr @_ZTSN2ns7derivedE, ptr @_ZTIN2ns4baseE }, comdat, align 8
@_ZTVN2ns4lazyE = linkonce_odr dso_local unnamed_addr constant { [3 x ptr], [4 x ptr] } { [3 x ptr] [ptr inttoptr (i64 8 to ptr), ptr null, ptr @_ZTIN2ns4lazyE], [4 x ptr] [ptr null, ptr inttoptr (i64 -8 to ptr), ptr @_ZTIN2ns4lazyE, ptr @_ZN2ns4base1fEi] }, comdat, align 8
@_ZTTN2ns4lazyE = linkonce_odr dso_local unnamed_addr constant [2 x ptr] [ptr getelementptr inbounds inrange(-24, 0) ({ [3 x ptr], [4 x ptr] }, ptr @_ZTVN2ns4lazyE, i32 0, i32 0, i32 3), ptr getelementptr inbounds inrange(-24, 8) ({ [3 x ptr], [4 x ptr] }, ptr @_ZTVN2ns4lazyE, i32 0, i32 1, i32 3)], comdat, align 8
@_ZTVN10__cxxabiv121__vmi_class_type_infoE = external global [0 x ptr]
@_ZTSN2ns4lazyE = linkonce_odr dso_local constant [11 x i8] c"N2ns4lazyE\00", comdat, align 1
@_ZTIN2ns4lazyE = linkonce_odr dso_local constant { ptr, ptr, i32, i32, ptr, i64 } { ptr getelementptr inbounds (ptr, ptr @_ZTVN10__cxxabiv121__vmi_class_type_infoE, i64 2), ptr @_ZTSN2ns4lazyE, i32 0, i32 1, ptr @_ZTIN2ns4baseE, i64 -6141 }, comdat, align 8
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @_GLOBAL__sub_I_debug.cpp, ptr null }]

; Function Attrs: mustprogress noinline nounwind optnone uwtable
define dso_local noundef i32 @_ZN2ns4base1fEi(ptr noundef nonnull align 8 dereferenceable(12) %0, i32 noundef %1) unnamed_addr #0 align 2 !dbg !63 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
    #dbg_declare(ptr %3, !65, !DIExpression(), !67)
  store i32 %1, ptr %4, align 4
    #dbg_declare(ptr %4, !68, !DIExpression(), !69)
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4, !dbg !70
  %7 = getelementptr inbounds %"struct.ns::base", ptr %5, i32 0, i32 1, !dbg !71
  %8 = load i32, ptr %7, align 8, !dbg !71
  %9 = add nsw i32 %6, %8, !dbg !72
  ret i32 %9, !dbg !73
}

; Function Attrs: mustprogress noinline nounwind optnone uwtable
define dso_local noundef i32 @_ZNK2ns7derived1mERKNS0_5innerE(ptr noundef nonnull align 8 dereferenceable(40) %0, ptr noundef nonnull align 1 dereferenceable(1) %1) #0 align 2 !dbg !74 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
    #dbg_declare(ptr %3, !75, !DIExpression(), !77)
  store ptr %1, ptr %4, align 8
    #dbg_declare(ptr %4, !78, !DIExpression(), !79)
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8, !dbg !80
  %7 = getelementptr inbounds %"struct.ns::derived::inner", ptr %6, i32 0, i32 0, !dbg !81
  %8 = load i8, ptr %7, align 1, !dbg !81
  %9 = zext i8 %8 to i32, !dbg !82
  ret i32 %9, !dbg !83
}

; Function Attrs: mustprogress noinline optnone uwtable
define dso_local noundef i32 @_ZN2ns4areaEiOiPNS_5arrayIiLi3EEEDn(i32 noundef %0, ptr noundef nonnull align 4 dereferenceable(4) %1, ptr noundef %2, ptr %3) #1 !dbg !84 {
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  store i32 %0, ptr %5, align 4
    #dbg_declare(ptr %5, !99, !DIExpression(), !100)
  store ptr %1, ptr %6, align 8
    #dbg_declare(ptr %6, !101, !DIExpression(), !102)
  store ptr %2, ptr %7, align 8
    #dbg_declare(ptr %7, !103, !DIExpression(), !104)
  store ptr %3, ptr %8, align 8
    #dbg_declare(ptr %8, !105, !DIExpression(), !106)
  %9 = load i32, ptr %5, align 4, !dbg !107
  %10 = load ptr, ptr %6, align 8, !dbg !108
  %11 = load i32, ptr %10, align 4, !dbg !108
  %12 = mul nsw i32 %9, %11, !dbg !109
  %13 = load ptr, ptr %7, align 8, !dbg !110
  %14 = getelementptr inbounds %"struct.ns::array", ptr %13, i32 0, i32 0, !dbg !111
  %15 = getelementptr inbounds [3 x i32], ptr %14, i64 0, i64 0, !dbg !110
  %16 = load i32, ptr %15, align 4, !dbg !110
  %17 = add nsw i32 %12, %16, !dbg !112
  %18 = call noundef i32 @_ZN2ns12_GLOBAL__N_16secretEi(i32 noundef 1), !dbg !113
  %19 = add nsw i32 %17, %18, !dbg !114
  ret i32 %19, !dbg !115
}

; Function Attrs: mustprogress noinline nounwind optnone uwtable
define internal noundef i32 @_ZN2ns12_GLOBAL__N_16secretEi(i32 noundef %0) #0 !dbg !116 {
  %2 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
    #dbg_declare(ptr %2, !120, !DIExpression(), !121)
  %3 = load i32, ptr %2, align 4, !dbg !122
  ret i32 %3, !dbg !123
}

; Function Attrs: noinline uwtable
define internal void @__cxx_global_var_init() #2 section ".text.startup" !dbg !124 {
  call void @_ZN2ns7derivedC2Ev(ptr noundef nonnull align 8 dereferenceable(40) @derived) #3, !dbg !127
  ret void, !dbg !127
}

; Function Attrs: mustprogress noinline nounwind optnone uwtable
define linkonce_odr dso_local void @_ZN2ns7derivedC2Ev(ptr noundef nonnull align 8 dereferenceable(40) %0) unnamed_addr #0 comdat align 2 !dbg !128 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
    #dbg_declare(ptr %2, !132, !DIExpression(), !134)
  %3 = load ptr, ptr %2, align 8
  call void @_ZN2ns4baseC2Ev(ptr noundef nonnull align 8 dereferenceable(12) %3) #3, !dbg !135
  store ptr getelementptr inbounds inrange(-16, 8) ({ [3 x ptr] }, ptr @_ZTVN2ns7derivedE, i32 0, i32 0, i32 2), ptr %3, align 8, !dbg !135
  %4 = getelementptr inbounds %"class.ns::derived", ptr %3, i32 0, i32 1, !dbg !135
  ret void, !dbg !135
}

; Function Attrs: noinline uwtable
define internal void @__cxx_global_var_init.1() #2 section ".text.startup" !dbg !136 {
  call void @_ZN2ns4lazyC1Ev(ptr noundef nonnull align 8 dereferenceable(8) @lazy) #3, !dbg !137
  ret void, !dbg !137
}

; Function Attrs: mustprogress noinline nounwind optnone uwtable
define linkonce_odr dso_local void @_ZN2ns4lazyC1Ev(ptr noundef nonnull align 8 dereferenceable(8) %0) unnamed_addr #0 comdat align 2 !dbg !138 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
    #dbg_declare(ptr %2, !143, !DIExpression(), !145)
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds i8, ptr %3, i64 8, !dbg !146
  call void @_ZN2ns4baseC2Ev(ptr noundef nonnull align 8 dereferenceable(12) %4) #3, !dbg !146
  store ptr getelementptr inbounds inrange(-24, 0) ({ [3 x ptr], [4 x ptr] }, ptr @_ZTVN2ns4lazyE, i32 0, i32 0, i32 3), ptr %3, align 8, !dbg !146
  %5 = getelementptr inbounds i8, ptr %3, i64 8, !dbg !146
  store ptr getelementptr inbounds inrange(-24, 8) ({ [3 x ptr], [4 x ptr] }, ptr @_ZTVN2ns4lazyE, i32 0, i32 1, i32 3), ptr %5, align 8, !dbg !146
  ret void, !dbg !146
}

; Function Attrs: mustprogress noinline nounwind optnone uwtable
define linkonce_odr dso_local void @_ZN2ns4baseC2Ev(ptr noundef nonnull align 8 dereferenceable(12) %0) unnamed_addr #0 comdat align 2 !dbg !147 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
    #dbg_declare(ptr %2, !151, !DIExpression(), !152)
  %3 = load ptr, ptr %2, align 8
  store ptr getelementptr inbounds inrange(-16, 8) ({ [3 x ptr] }, ptr @_ZTVN2ns4baseE, i32 0, i32 0, i32 2), ptr %3, align 8, !dbg !153
  ret void, !dbg !153
}

; Function Attrs: noinline uwtable
define internal void @_GLOBAL__sub_I_debug.cpp() #2 section ".text.startup" !dbg !154 {
  call void @__cxx_global_var_init(), !dbg !156
  call void @__cxx_global_var_init.1(), !dbg !156
  ret void
}

attributes #0 = { mustprogress noinline nounwind optnone uwtable "frame-pointer"="all" "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #1 = { mustprogress noinline optnone uwtable "frame-pointer"="all" "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #2 = { noinline uwtable "frame-pointer"="all" "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #3 = { nounwind }

!llvm.dbg.cu = !{!2}
!llvm.module.flags = !{!55, !56, !57, !58, !59, !60, !61}
!llvm.ident = !{!62}

!0 = !DIGlobalVariableExpression(var: !1, expr: !DIExpression())
!1 = distinct !DIGlobalVariable(name: "count", linkageName: "_ZN2ns7derived5countE", scope: !2, file: !3, line: 33, type: !17, isLocal: false, isDefinition: true, declaration: !23)
!2 = distinct !DICompileUnit(language: DW_LANG_C_plus_plus_14, file: !3, producer: "Debian clang version 19.1.7 (3~deb12u1)", isOptimized: false, runtimeVersion: 0, emissionKind: FullDebug, enums: !4, retainedTypes: !16, globals: !46, splitDebugInlining: false, nameTableKind: None)
!3 = !DIFile(filename: "debug.cpp", directory: ".", checksumkind: CSK_MD5, checksum: "66d2fbd6540f52d0be856056e2b6e511")
!4 = !{!5}
!5 = !DICompositeType(tag: DW_TAG_enumeration_type, name: "level", scope: !6, file: !3, line: 12, baseType: !42, size: 8, flags: DIFlagEnumClass, elements: !43, identifier: "_ZTSN2ns7derived5levelE")
!6 = distinct !DICompositeType(tag: DW_TAG_class_type, name: "derived", scope: !7, file: !3, line: 9, size: 320, flags: DIFlagTypePassByReference | DIFlagNonTrivial, elements: !8, vtableHolder: !10, identifier: "_ZTSN2ns7derivedE")
!7 = !DINamespace(name: "ns", scope: null)
!8 = !{!9, !23, !24, !28, !35, !37}
!9 = !DIDerivedType(tag: DW_TAG_inheritance, scope: !6, baseType: !10, flags: DIFlagPublic, extraData: i32 0)
!10 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "base", scope: !7, file: !3, line: 5, size: 128, flags: DIFlagTypePassByReference | DIFlagNonTrivial, elements: !11, vtableHolder: !10)
!11 = !{!12, !18, !19}
!12 = !DIDerivedType(tag: DW_TAG_member, name: "_vptr$base", scope: !3, file: !3, baseType: !13, size: 64, flags: DIFlagArtificial)
!13 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !14, size: 64)
!14 = !DIDerivedType(tag: DW_TAG_pointer_type, name: "__vtbl_ptr_type", baseType: !15, size: 64)
!15 = !DISubroutineType(types: !16)
!16 = !{!17}
!17 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!18 = !DIDerivedType(tag: DW_TAG_member, name: "b", scope: !10, file: !3, line: 7, baseType: !17, size: 32, offset: 64)
!19 = !DISubprogram(name: "f", linkageName: "_ZN2ns4base1fEi", scope: !10, file: !3, line: 6, type: !20, scopeLine: 6, containingType: !10, virtualIndex: 0, flags: DIFlagPrototyped, spFlags: DISPFlagVirtual)
!20 = !DISubroutineType(types: !21)
!21 = !{!17, !22, !17}
!22 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !10, size: 64, flags: DIFlagArtificial | DIFlagObjectPointer)
!23 = !DIDerivedType(tag: DW_TAG_variable, name: "count", scope: !6, file: !3, line: 11, baseType: !17, flags: DIFlagPublic | DIFlagStaticMember)
!24 = !DIDerivedType(tag: DW_TAG_member, name: "in", scope: !6, file: !3, line: 15, baseType: !25, size: 8, offset: 96, flags: DIFlagPublic)
!25 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "inner", scope: !6, file: !3, line: 13, size: 8, flags: DIFlagPublic | DIFlagTypePassByValue, elements: !26, identifier: "_ZTSN2ns7derived5innerE")
!26 = !{!27}
!27 = !DIDerivedType(tag: DW_TAG_member, name: "l", scope: !25, file: !3, line: 14, baseType: !5, size: 8)
!28 = !DIDerivedType(tag: DW_TAG_member, name: "method", scope: !6, file: !3, line: 16, baseType: !29, size: 128, offset: 128, flags: DIFlagPublic)
!29 = !DIDerivedType(tag: DW_TAG_ptr_to_member_type, baseType: !30, size: 128, extraData: !6)
!30 = !DISubroutineType(types: !31)
!31 = !{!17, !32, !33}
!32 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !6, size: 64, flags: DIFlagArtificial | DIFlagObjectPointer)
!33 = !DIDerivedType(tag: DW_TAG_reference_type, baseType: !34, size: 64)
!34 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !25)
!35 = !DIDerivedType(tag: DW_TAG_member, name: "field", scope: !6, file: !3, line: 17, baseType: !36, size: 64, offset: 256, flags: DIFlagPublic)
!36 = !DIDerivedType(tag: DW_TAG_ptr_to_member_type, baseType: !17, size: 64, extraData: !6)
!37 = !DISubprogram(name: "m", linkageName: "_ZNK2ns7derived1mERKNS0_5innerE", scope: !6, file: !3, line: 18, type: !38, scopeLine: 18, flags: DIFlagPublic | DIFlagPrototyped, spFlags: 0)
!38 = !DISubroutineType(types: !39)
!39 = !{!17, !40, !33}
!40 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !41, size: 64, flags: DIFlagArtificial | DIFlagObjectPointer)
!41 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !6)
!42 = !DIBasicType(name: "unsigned char", size: 8, encoding: DW_ATE_unsigned_char)
!43 = !{!44, !45}
!44 = !DIEnumerator(name: "low", value: 1, isUnsigned: true)
!45 = !DIEnumerator(name: "high", value: 255, isUnsigned: true)
!46 = !{!0, !47, !49}
!47 = !DIGlobalVariableExpression(var: !48, expr: !DIExpression())
!48 = distinct !DIGlobalVariable(name: "derived", scope: !2, file: !3, line: 50, type: !6, isLocal: false, isDefinition: true)
!49 = !DIGlobalVariableExpression(var: !50, expr: !DIExpression())
!50 = distinct !DIGlobalVariable(name: "lazy", scope: !2, file: !3, line: 51, type: !51, isLocal: false, isDefinition: true)
!51 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "lazy", scope: !7, file: !3, line: 20, size: 192, flags: DIFlagTypePassByReference | DIFlagNonTrivial, elements: !52, vtableHolder: !51, identifier: "_ZTSN2ns4lazyE")
!52 = !{!53, !54}
!53 = !DIDerivedType(tag: DW_TAG_inheritance, scope: !51, baseType: !10, offset: 24, flags: DIFlagVirtual, extraData: i32 0)
!54 = !DIDerivedType(tag: DW_TAG_member, name: "_vptr$lazy", scope: !3, file: !3, baseType: !13, size: 64, flags: DIFlagArtificial)
!55 = !{i32 7, !"Dwarf Version", i32 5}
!56 = !{i32 2, !"Debug Info Version", i32 3}
!57 = !{i32 1, !"wchar_size", i32 4}
!58 = !{i32 8, !"PIC Level", i32 2}
!59 = !{i32 7, !"PIE Level", i32 2}
!60 = !{i32 7, !"uwtable", i32 2}
!61 = !{i32 7, !"frame-pointer", i32 2}
!62 = !{!"Debian clang version 19.1.7 (3~deb12u1)"}
!63 = distinct !DISubprogram(name: "f", linkageName: "_ZN2ns4base1fEi", scope: !10, file: !3, line: 35, type: !20, scopeLine: 36, flags: DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, declaration: !19, retainedNodes: !64)
!64 = !{}
!65 = !DILocalVariable(name: "this", arg: 1, scope: !63, type: !66, flags: DIFlagArtificial | DIFlagObjectPointer)
!66 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !10, size: 64)
!67 = !DILocation(line: 0, scope: !63)
!68 = !DILocalVariable(name: "x", arg: 2, scope: !63, file: !3, line: 35, type: !17)
!69 = !DILocation(line: 35, column: 21, scope: !63)
!70 = !DILocation(line: 37, column: 9, scope: !63)
!71 = !DILocation(line: 37, column: 13, scope: !63)
!72 = !DILocation(line: 37, column: 11, scope: !63)
!73 = !DILocation(line: 37, column: 2, scope: !63)
!74 = distinct !DISubprogram(name: "m", linkageName: "_ZNK2ns7derived1mERKNS0_5innerE", scope: !6, file: !3, line: 40, type: !38, scopeLine: 41, flags: DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, declaration: !37, retainedNodes: !64)
!75 = !DILocalVariable(name: "this", arg: 1, scope: !74, type: !76, flags: DIFlagArtificial | DIFlagObjectPointer)
!76 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !41, size: 64)
!77 = !DILocation(line: 0, scope: !74)
!78 = !DILocalVariable(name: "i", arg: 2, scope: !74, file: !3, line: 40, type: !33)
!79 = !DILocation(line: 40, column: 33, scope: !74)
!80 = !DILocation(line: 42, column: 13, scope: !74)
!81 = !DILocation(line: 42, column: 15, scope: !74)
!82 = !DILocation(line: 42, column: 9, scope: !74)
!83 = !DILocation(line: 42, column: 2, scope: !74)
!84 = distinct !DISubprogram(name: "area", linkageName: "_ZN2ns4areaEiOiPNS_5arrayIiLi3EEEDn", scope: !7, file: !3, line: 45, type: !85, scopeLine: 46, flags: DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, retainedNodes: !64)
!85 = !DISubroutineType(types: !86)
!86 = !{!17, !17, !87, !88, !98}
!87 = !DIDerivedType(tag: DW_TAG_rvalue_reference_type, baseType: !17, size: 64)
!88 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !89, size: 64)
!89 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "array<int, 3>", scope: !7, file: !3, line: 21, size: 96, flags: DIFlagTypePassByValue, elements: !90, templateParams: !95, identifier: "_ZTSN2ns5arrayIiLi3EEE")
!90 = !{!91}
!91 = !DIDerivedType(tag: DW_TAG_member, name: "v", scope: !89, file: !3, line: 22, baseType: !92, size: 96)
!92 = !DICompositeType(tag: DW_TAG_array_type, baseType: !17, size: 96, elements: !93)
!93 = !{!94}
!94 = !DISubrange(count: 3)
!95 = !{!96, !97}
!96 = !DITemplateTypeParameter(name: "T", type: !17)
!97 = !DITemplateValueParameter(name: "N", type: !17, value: i32 3)
!98 = !DIBasicType(tag: DW_TAG_unspecified_type, name: "decltype(nullptr)")
!99 = !DILocalVariable(name: "w", arg: 1, scope: !84, file: !3, line: 45, type: !17)
!100 = !DILocation(line: 45, column: 18, scope: !84)
!101 = !DILocalVariable(name: "h", arg: 2, scope: !84, file: !3, line: 45, type: !87)
!102 = !DILocation(line: 45, column: 27, scope: !84)
!103 = !DILocalVariable(name: "a", arg: 3, scope: !84, file: !3, line: 45, type: !88)
!104 = !DILocation(line: 45, column: 45, scope: !84)
!105 = !DILocalVariable(arg: 4, scope: !84, file: !3, line: 45, type: !98)
!106 = !DILocation(line: 45, column: 65, scope: !84)
!107 = !DILocation(line: 47, column: 9, scope: !84)
!108 = !DILocation(line: 47, column: 13, scope: !84)
!109 = !DILocation(line: 47, column: 11, scope: !84)
!110 = !DILocation(line: 47, column: 17, scope: !84)
!111 = !DILocation(line: 47, column: 20, scope: !84)
!112 = !DILocation(line: 47, column: 15, scope: !84)
!113 = !DILocation(line: 47, column: 27, scope: !84)
!114 = !DILocation(line: 47, column: 25, scope: !84)
!115 = !DILocation(line: 47, column: 2, scope: !84)
!116 = distinct !DISubprogram(name: "secret", linkageName: "_ZN2ns12_GLOBAL__N_16secretEi", scope: !117, file: !3, line: 25, type: !118, scopeLine: 26, flags: DIFlagPrototyped, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition, unit: !2, retainedNodes: !64)
!117 = !DINamespace(scope: !7)
!118 = !DISubroutineType(types: !119)
!119 = !{!17, !17}
!120 = !DILocalVariable(name: "z", arg: 1, scope: !116, file: !3, line: 25, type: !17)
!121 = !DILocation(line: 25, column: 16, scope: !116)
!122 = !DILocation(line: 27, column: 9, scope: !116)
!123 = !DILocation(line: 27, column: 2, scope: !116)
!124 = distinct !DISubprogram(name: "__cxx_global_var_init", scope: !3, file: !3, type: !125, flags: DIFlagArtificial, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition, unit: !2)
!125 = !DISubroutineType(types: !126)
!126 = !{null}
!127 = !DILocation(line: 50, column: 13, scope: !124)
!128 = distinct !DISubprogram(name: "derived", linkageName: "_ZN2ns7derivedC2Ev", scope: !6, file: !3, line: 9, type: !129, scopeLine: 9, flags: DIFlagArtificial | DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, declaration: !131, retainedNodes: !64)
!129 = !DISubroutineType(types: !130)
!130 = !{null, !32}
!131 = !DISubprogram(name: "derived", scope: !6, type: !129, flags: DIFlagPublic | DIFlagArtificial | DIFlagPrototyped, spFlags: 0)
!132 = !DILocalVariable(name: "this", arg: 1, scope: !128, type: !133, flags: DIFlagArtificial | DIFlagObjectPointer)
!133 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !6, size: 64)
!134 = !DILocation(line: 0, scope: !128)
!135 = !DILocation(line: 9, column: 7, scope: !128)
!136 = distinct !DISubprogram(name: "__cxx_global_var_init.1", scope: !3, file: !3, type: !125, flags: DIFlagArtificial, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition, unit: !2)
!137 = !DILocation(line: 51, column: 10, scope: !136)
!138 = distinct !DISubprogram(name: "lazy", linkageName: "_ZN2ns4lazyC1Ev", scope: !51, file: !3, line: 20, type: !139, scopeLine: 20, flags: DIFlagArtificial | DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, declaration: !142, retainedNodes: !64)
!139 = !DISubroutineType(types: !140)
!140 = !{null, !141}
!141 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !51, size: 64, flags: DIFlagArtificial | DIFlagObjectPointer)
!142 = !DISubprogram(name: "lazy", scope: !51, type: !139, flags: DIFlagArtificial | DIFlagPrototyped, spFlags: 0)
!143 = !DILocalVariable(name: "this", arg: 1, scope: !138, type: !144, flags: DIFlagArtificial | DIFlagObjectPointer)
!144 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !51, size: 64)
!145 = !DILocation(line: 0, scope: !138)
!146 = !DILocation(line: 20, column: 8, scope: !138)
!147 = distinct !DISubprogram(name: "base", linkageName: "_ZN2ns4baseC2Ev", scope: !10, file: !3, line: 5, type: !148, scopeLine: 5, flags: DIFlagArtificial | DIFlagPrototyped, spFlags: DISPFlagDefinition, unit: !2, declaration: !150, retainedNodes: !64)
!148 = !DISubroutineType(types: !149)
!149 = !{null, !22}
!150 = !DISubprogram(name: "base", scope: !10, type: !148, flags: DIFlagArtificial | DIFlagPrototyped, spFlags: 0)
!151 = !DILocalVariable(name: "this", arg: 1, scope: !147, type: !66, flags: DIFlagArtificial | DIFlagObjectPointer)
!152 = !DILocation(line: 0, scope: !147)
!153 = !DILocation(line: 5, column: 8, scope: !147)
!154 = distinct !DISubprogram(linkageName: "_GLOBAL__sub_I_debug.cpp", scope: !3, file: !3, type: !155, flags: DIFlagArtificial, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition, unit: !2)
!155 = !DISubroutineType(types: !64)
!156 = !DILocation(line: 0, scope: !154)
