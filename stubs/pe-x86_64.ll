; What dllcrt2.o, libmingw32.a and libgcc.a give a DLL on x86-64: the entry point, atexit and stack
; probes. C++ (libstdc++) and 128-bit division (libgcc) are not in it. Weak: an image that has its own wins.

@pkgimg.exits = external hidden global ptr
declare hidden void @pkgimg.dll(i32)

define i32 @DllMainCRTStartup(ptr %dll, i32 %reason, ptr %reserved) nounwind {
  call void @pkgimg.dll(i32 %reason)
  ret i32 1
}

; The C runtime's own would run when the process ends, with the image perhaps gone.
declare dllimport ptr @GetProcessHeap()
declare dllimport ptr @HeapAlloc(ptr, i32, i64)

define weak i32 @atexit(ptr %f) nounwind {
  %heap = call ptr @GetProcessHeap()
  %node = call ptr @HeapAlloc(ptr %heap, i32 0, i64 16)
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

; GCC and clang call it first in main(), for constructors, which have run by then.
define weak void @__main() nounwind {
  ret void
}

; Code that takes more than a page of stack calls this first, with the bytes in rax: Windows maps the
; stack page by page, in order. All registers are kept. In: [rsp] return address; out: the same.
define weak void @___chkstk_ms() naked noinline nounwind {
  call void asm sideeffect "pushq %rcx
    pushq %rax
    leaq 24(%rsp), %rcx
    0: cmpq $$0x1000, %rax
    jb 1f
    subq $$0x1000, %rcx
    subq $$0x1000, %rax
    testb $$0, (%rcx)
    jmp 0b
    1: subq %rax, %rcx
    testb $$0, (%rcx)
    popq %rax
    popq %rcx
    retq", ""()
  unreachable
}
