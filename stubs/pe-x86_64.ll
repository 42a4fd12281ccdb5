; What dllcrt2.o, libmingw32.a and libgcc.a give a DLL on x86-64: the entry point and stack
; probes. C++ (libstdc++) and 128-bit division (libgcc) are not in it. Weak: an image that has its own wins.

declare hidden void @pkgimg.dll(i32)

define i32 @DllMainCRTStartup(ptr %dll, i32 %reason, ptr %reserved) nounwind uwtable {
  call void @pkgimg.dll(i32 %reason)
  ret i32 1
}

; GCC and clang call it first in main(), for constructors, which have run by then.
define weak void @__main() nounwind uwtable {
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
