; What dllcrt2.o, libmingw32.a and libgcc.a give a DLL on 32-bit x86: the entry point, stack
; probes and division of 64-bit integers. Weak: an image that has its own wins.

declare hidden void @pkgimg.dll(i32)

define x86_stdcallcc i32 @DllMainCRTStartup(ptr %dll, i32 %reason, ptr %reserved) nounwind {
  call void @pkgimg.dll(i32 %reason)
  ret i32 1
}

; GCC and clang call it first in main(), for constructors, which have run by then.
define weak void @__main() nounwind {
  ret void
}

; Code that takes more than a page of stack calls this first, with the bytes in eax: Windows maps the
; stack page by page, in order. All registers are kept. In: [esp] return address; out: the same.
define weak void @__chkstk_ms() naked noinline nounwind {
  call void asm sideeffect "pushl %ecx
    pushl %eax
    leal 12(%esp), %ecx
    0: cmpl $$0x1000, %eax
    jb 1f
    subl $$0x1000, %ecx
    subl $$0x1000, %eax
    testb $$0, (%ecx)
    jmp 0b
    1: subl %eax, %ecx
    testb $$0, (%ecx)
    popl %eax
    popl %ecx
    retl", ""()
  unreachable
}

; This one takes the stack as well: esp is eax bytes less when it returns. ecx is kept.
define weak void @_alloca() naked noinline nounwind {
  call void asm sideeffect "pushl %ecx
    leal 8(%esp), %ecx
    0: cmpl $$0x1000, %eax
    jb 1f
    subl $$0x1000, %ecx
    subl $$0x1000, %eax
    testb $$0, (%ecx)
    jmp 0b
    1: subl %eax, %ecx
    testb $$0, (%ecx)
    movl %esp, %eax
    movl %ecx, %esp
    movl (%eax), %ecx
    jmpl *4(%eax)", ""()
  unreachable
}

declare hidden { i64, i64 } @pkgimg.udivmod64(i64, i64)
declare hidden { i64, i64 } @pkgimg.divmod64(i64, i64)

define weak i64 @__udivdi3(i64 %n, i64 %d) nounwind {
  %r = call { i64, i64 } @pkgimg.udivmod64(i64 %n, i64 %d)
  %q = extractvalue { i64, i64 } %r, 0
  ret i64 %q
}

define weak i64 @__umoddi3(i64 %n, i64 %d) nounwind {
  %r = call { i64, i64 } @pkgimg.udivmod64(i64 %n, i64 %d)
  %m = extractvalue { i64, i64 } %r, 1
  ret i64 %m
}

define weak i64 @__divdi3(i64 %n, i64 %d) nounwind {
  %r = call { i64, i64 } @pkgimg.divmod64(i64 %n, i64 %d)
  %q = extractvalue { i64, i64 } %r, 0
  ret i64 %q
}

define weak i64 @__moddi3(i64 %n, i64 %d) nounwind {
  %r = call { i64, i64 } @pkgimg.divmod64(i64 %n, i64 %d)
  %m = extractvalue { i64, i64 } %r, 1
  ret i64 %m
}

define weak i64 @__udivmoddi4(i64 %n, i64 %d, ptr %rest) nounwind {
  %r = call { i64, i64 } @pkgimg.udivmod64(i64 %n, i64 %d)
  %q = extractvalue { i64, i64 } %r, 0
  %m = extractvalue { i64, i64 } %r, 1
  %none = icmp eq ptr %rest, null
  br i1 %none, label %done, label %fill
fill:
  store i64 %m, ptr %rest, align 4
  br label %done
done:
  ret i64 %q
}

define weak i64 @__divmoddi4(i64 %n, i64 %d, ptr %rest) nounwind {
  %r = call { i64, i64 } @pkgimg.divmod64(i64 %n, i64 %d)
  %q = extractvalue { i64, i64 } %r, 0
  %m = extractvalue { i64, i64 } %r, 1
  store i64 %m, ptr %rest, align 4
  ret i64 %q
}

; What Windows reports as a division by zero.
define hidden void @pkgimg.division.by.zero() nounwind {
  call void asm sideeffect "xorl %ecx, %ecx
    divl %ecx", "~{eax},~{ecx},~{edx},~{flags}"()
  ret void
}
