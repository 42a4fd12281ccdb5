; Thread-local variables of a DLL, for images that have any: the directory that tells Windows where
; their first values lie, and the number of this DLL's block that it gives back. Code reads
; _tls_index; the linker enters _tls_used in the headers. Variables are in sections .tls$..., which
; sort between the two ends.

@_tls_index = global i32 0
@_tls_start = global ptr null, section ".tls"
@_tls_end = global ptr null, section ".tls$ZZZ"

; functions for the start and end of threads, up to a zero; none of ours
@pkgimg.tls.first = internal constant ptr null, section ".CRT$XLA"
@pkgimg.tls.last = internal constant ptr null, section ".CRT$XLZ"
@llvm.used = appending global [1 x ptr] [ptr @pkgimg.tls.last], section "llvm.metadata"

; begin and end of the first values, place of the index, callbacks, bytes of zeros behind, alignment
@_tls_used = constant { ptr, ptr, ptr, ptr, i32, i32 } { ptr @_tls_start, ptr @_tls_end, ptr @_tls_index,
  ptr getelementptr (ptr, ptr @pkgimg.tls.first, i32 1), i32 0, i32 0 }, section ".rdata$T"
