; What crtbeginS.o and libc_nonshared.a give a shared library on ELF, for images that are linked with
; neither. No target lines: it is compiled for the target of the image. Names that an image may refer
; to are also in stub_elf_image_defines() of stubs/elfstub.c.
;
; Each piece has a section of its own, so that --gc-sections drops what an image does not use.

; The identity of this library in __cxa_atexit. Its value is its address, as in GCC's crtstuff.c.
@__dso_handle = weak hidden global ptr @__dso_handle, section ".data.rel.ro.__dso_handle"

; Run the destructors that were registered under this handle. .fini_array is run from its end, where
; those without a priority are: they run before this one, and those with a priority after it, as with
; crtbeginS.o.
@pkgimg.fini = internal global ptr @pkgimg.finalize, section ".fini_array.65535"
@llvm.used = appending global [1 x ptr] [ptr @pkgimg.fini], section "llvm.metadata"

declare extern_weak void @__cxa_finalize(ptr)
declare extern_weak i32 @__cxa_atexit(ptr, ptr, ptr)
declare extern_weak i32 @__cxa_at_quick_exit(ptr, ptr)
declare extern_weak i32 @__register_atfork(ptr, ptr, ptr, ptr)

define internal void @pkgimg.finalize() nounwind uwtable section ".text.pkgimg.finalize" {
  %there = icmp ne ptr @__cxa_finalize, null
  br i1 %there, label %call, label %done
call:
  call void @__cxa_finalize(ptr @__dso_handle)
  br label %done
done:
  ret void
}

; glibc has these in libc_nonshared.a, because they need the caller's handle. A libc that exports them
; has no such need; an image that defines them itself wins. Without the function behind them they fail.
define weak hidden i32 @atexit(ptr %f) nounwind uwtable section ".text.atexit" {
  %there = icmp ne ptr @__cxa_atexit, null
  br i1 %there, label %call, label %fail
call:
  %r = call i32 @__cxa_atexit(ptr %f, ptr null, ptr @__dso_handle)
  ret i32 %r
fail:
  ret i32 -1
}

define weak hidden i32 @at_quick_exit(ptr %f) nounwind uwtable section ".text.at_quick_exit" {
  %there = icmp ne ptr @__cxa_at_quick_exit, null
  br i1 %there, label %call, label %fail
call:
  %r = call i32 @__cxa_at_quick_exit(ptr %f, ptr @__dso_handle)
  ret i32 %r
fail:
  ret i32 -1
}

define weak hidden i32 @pthread_atfork(ptr %a, ptr %b, ptr %c) nounwind uwtable section ".text.pthread_atfork" {
  %there = icmp ne ptr @__register_atfork, null
  br i1 %there, label %call, label %fail
call:
  %r = call i32 @__register_atfork(ptr %a, ptr %b, ptr %c, ptr @__dso_handle)
  ret i32 %r
fail:
  ret i32 38 ; ENOSYS
}
