; atexit for DLLs (not of i386): the functions run when the DLL is unloaded. The C runtime's own would run them when
; the process ends, with the DLL perhaps gone. In an archive of its own, since it takes kernel32.

@pkgimg.exits = external hidden global ptr, align 8
declare dllimport ptr @GetProcessHeap()
declare dllimport ptr @HeapAlloc(ptr, i32, ptr) ; the size is as wide as a pointer

define i32 @atexit(ptr %f) nounwind uwtable {
  %heap = call ptr @GetProcessHeap()
  %node = call ptr @HeapAlloc(ptr %heap, i32 0, ptr inttoptr (i32 16 to ptr))
  %failed = icmp eq ptr %node, null
  br i1 %failed, label %fail, label %fill
fill:
  %slot = getelementptr ptr, ptr %node, i32 1
  store ptr %f, ptr %slot
  br label %push
push:
  %old = load atomic ptr, ptr @pkgimg.exits monotonic, align 8
  store ptr %old, ptr %node
  %swap = cmpxchg ptr @pkgimg.exits, ptr %old, ptr %node release monotonic
  %won = extractvalue { ptr, i1 } %swap, 1
  br i1 %won, label %done, label %push
done:
  ret i32 0
fail:
  ret i32 -1
}
