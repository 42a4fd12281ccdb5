; What dllcrt2.o and compiler-rt give a DLL on 64-bit ARM: the entry point and stack probes.
; Weak: an image that has its own wins.

declare hidden void @pkgimg.dll(i32)

define i32 @DllMainCRTStartup(ptr %dll, i32 %reason, ptr %reserved) nounwind uwtable {
  call void @pkgimg.dll(i32 %reason)
  ret i32 1
}

; GCC and clang call it first in main(), for constructors, which have run by then.
define weak void @__main() nounwind uwtable {
  ret void
}

; Code that takes more than a page of stack calls this first, with a sixteenth of the bytes in x15:
; Windows maps the stack page by page, in order. Only x16, x17 and flags change.
define weak void @__chkstk() naked noinline nounwind {
  call void asm sideeffect "lsl x16, x15, #4
    mov x17, sp
    0: cmp x16, #4096
    b.lo 1f
    sub x17, x17, #4096
    sub x16, x16, #4096
    ldr xzr, [x17]
    b 0b
    1: sub x17, x17, x16
    ldr xzr, [x17]
    ret", ""()
  unreachable
}
