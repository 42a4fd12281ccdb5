; What dllcrt2.o and compiler-rt give a DLL on 32-bit ARM: the entry point, stack probes, and
; the helpers of Windows' run-time ABI for division and 64-bit integers as floating point. Weak: an
; image that has its own wins.

declare hidden void @pkgimg.dll(i32)

define i32 @DllMainCRTStartup(ptr %dll, i32 %reason, ptr %reserved) nounwind uwtable {
  call void @pkgimg.dll(i32 %reason)
  ret i32 1
}

; GCC and clang call it first in main(), for constructors, which have run by then.
define weak void @__main() nounwind uwtable {
  ret void
}

; Code that takes more than a page of stack calls this first, with a fourth of the bytes in r4, and
; takes the bytes, which r4 has afterwards: Windows maps the stack page by page, in order. Only r4,
; r12 and flags change.
define weak void @__chkstk() naked noinline nounwind {
  call void asm sideeffect "push {r0, r1}
    lsls r4, r4, #2
    add r12, sp, #8
    mov r0, r4
    0: cmp r0, #4096
    blo 1f
    sub r12, r12, #4096
    sub r0, r0, #4096
    ldr r1, [r12]
    b 0b
    1: sub r12, r12, r0
    ldr r1, [r12]
    pop {r0, r1}
    bx lr", ""()
  unreachable
}

declare hidden { i32, i32 } @pkgimg.udivmod32(i32, i32)
declare hidden { i32, i32 } @pkgimg.divmod32(i32, i32)
declare hidden { i64, i64 } @pkgimg.udivmod64(i64, i64)
declare hidden { i64, i64 } @pkgimg.divmod64(i64, i64)

; The divisor comes first; quotient and remainder are returned. Callers check for zero.
define weak { i32, i32 } @__rt_udiv(i32 %d, i32 %n) nounwind uwtable {
  %r = call { i32, i32 } @pkgimg.udivmod32(i32 %n, i32 %d)
  ret { i32, i32 } %r
}

define weak { i32, i32 } @__rt_sdiv(i32 %d, i32 %n) nounwind uwtable {
  %r = call { i32, i32 } @pkgimg.divmod32(i32 %n, i32 %d)
  ret { i32, i32 } %r
}

define weak { i64, i64 } @__rt_udiv64(i64 %d, i64 %n) nounwind uwtable {
  %r = call { i64, i64 } @pkgimg.udivmod64(i64 %n, i64 %d)
  ret { i64, i64 } %r
}

define weak { i64, i64 } @__rt_sdiv64(i64 %d, i64 %n) nounwind uwtable {
  %r = call { i64, i64 } @pkgimg.divmod64(i64 %n, i64 %d)
  ret { i64, i64 } %r
}

; What Windows reports as a division by zero.
define hidden void @pkgimg.division.by.zero() nounwind uwtable {
  call void asm sideeffect "udf #249", ""()
  ret void
}

; Both halves are exact in a double, so that only the sum is rounded.
define weak arm_aapcs_vfpcc double @__u64tod(i64 %a) nounwind uwtable {
  %top = lshr i64 %a, 32
  %high = trunc i64 %top to i32
  %low = trunc i64 %a to i32
  %h = uitofp i32 %high to double
  %l = uitofp i32 %low to double
  %scaled = fmul double %h, 4294967296.0
  %sum = fadd double %scaled, %l
  ret double %sum
}

define weak arm_aapcs_vfpcc double @__i64tod(i64 %a) nounwind uwtable {
  %top = lshr i64 %a, 32
  %high = trunc i64 %top to i32
  %low = trunc i64 %a to i32
  %h = sitofp i32 %high to double
  %l = uitofp i32 %low to double
  %scaled = fmul double %h, 4294967296.0
  %sum = fadd double %scaled, %l
  ret double %sum
}

; Rounded once: above 2^53 the bits that a double has no room for become one, which decides a tie.
define weak arm_aapcs_vfpcc float @__u64tos(i64 %a) nounwind uwtable {
  %top = lshr i64 %a, 53
  %small = icmp eq i64 %top, 0
  %lost = and i64 %a, 2047
  %none = icmp eq i64 %lost, 0
  %kept = and i64 %a, -2048
  %sticky = or i64 %kept, 2048
  %exact = select i1 %none, i64 %kept, i64 %sticky
  %b = select i1 %small, i64 %a, i64 %exact
  %d = call arm_aapcs_vfpcc double @__u64tod(i64 %b)
  %f = fptrunc double %d to float
  ret float %f
}

define weak arm_aapcs_vfpcc float @__i64tos(i64 %a) nounwind uwtable {
  %negative = icmp slt i64 %a, 0
  %minus = sub i64 0, %a
  %abs = select i1 %negative, i64 %minus, i64 %a
  %f = call arm_aapcs_vfpcc float @__u64tos(i64 %abs)
  %g = fneg float %f
  %r = select i1 %negative, float %g, float %f
  ret float %r
}

define weak arm_aapcs_vfpcc i64 @__dtou64(double %a) nounwind uwtable {
  %scaled = fmul double %a, 0x3DF0000000000000 ; 2^-32, exact
  %h = call i32 @llvm.fptoui.sat.i32.f64(double %scaled)
  %whole = uitofp i32 %h to double
  %back = fmul double %whole, 4294967296.0
  %rest = fsub double %a, %back
  %l = call i32 @llvm.fptoui.sat.i32.f64(double %rest)
  %high = zext i32 %h to i64
  %low = zext i32 %l to i64
  %top = shl i64 %high, 32
  %r = or i64 %top, %low
  ret i64 %r
}
declare i32 @llvm.fptoui.sat.i32.f64(double)

define weak arm_aapcs_vfpcc i64 @__dtoi64(double %a) nounwind uwtable {
  %negative = fcmp olt double %a, 0.0
  %minus = fneg double %a
  %abs = select i1 %negative, double %minus, double %a
  %u = call arm_aapcs_vfpcc i64 @__dtou64(double %abs)
  %n = sub i64 0, %u
  %r = select i1 %negative, i64 %n, i64 %u
  ret i64 %r
}

define weak arm_aapcs_vfpcc i64 @__stou64(float %a) nounwind uwtable {
  %d = fpext float %a to double
  %r = call arm_aapcs_vfpcc i64 @__dtou64(double %d)
  ret i64 %r
}

define weak arm_aapcs_vfpcc i64 @__stoi64(float %a) nounwind uwtable {
  %d = fpext float %a to double
  %r = call arm_aapcs_vfpcc i64 @__dtoi64(double %d)
  ret i64 %r
}
