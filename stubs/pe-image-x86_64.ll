; What dllcrt2.o, libmingw32.a and libgcc.a give a DLL on x86-64, for images that are linked with none
; of them. No target lines: it is compiled for the target of the image. Thread-local variables
; (_tls_index) and C++ (libstdc++) are not in it.
;
; The linker gathers constructors in __CTOR_LIST__, destructors in __DTOR_LIST__: a word of -1, the
; functions, a zero. Constructors run from the end, as GCC has it.

@__CTOR_LIST__ = external hidden global [0 x ptr]
@__DTOR_LIST__ = external hidden global [0 x ptr]

; functions for unload, last one first: { next, function }
@pkgimg.exits = internal global ptr null

define i32 @DllMainCRTStartup(ptr %dll, i32 %reason, ptr %reserved) nounwind {
  switch i32 %reason, label %done [
    i32 1, label %load
    i32 0, label %unload
  ]
load:
  call void @pkgimg.construct()
  br label %done
unload:
  call void @pkgimg.run.exits()
  call void @pkgimg.destruct()
  br label %done
done:
  ret i32 1
}

define internal void @pkgimg.construct() nounwind {
entry:
  br label %count
count:
  %n = phi i64 [ 0, %entry ], [ %next, %count ]
  %next = add i64 %n, 1
  %at = getelementptr ptr, ptr @__CTOR_LIST__, i64 %next
  %f = load ptr, ptr %at
  %last = icmp eq ptr %f, null
  br i1 %last, label %down, label %count
down:
  %i = phi i64 [ %n, %count ], [ %less, %call ]
  %none = icmp eq i64 %i, 0
  br i1 %none, label %done, label %call
call:
  %slot = getelementptr ptr, ptr @__CTOR_LIST__, i64 %i
  %ctor = load ptr, ptr %slot
  call void %ctor()
  %less = sub i64 %i, 1
  br label %down
done:
  ret void
}

define internal void @pkgimg.destruct() nounwind {
entry:
  br label %loop
loop:
  %i = phi i64 [ 1, %entry ], [ %next, %call ]
  %slot = getelementptr ptr, ptr @__DTOR_LIST__, i64 %i
  %dtor = load ptr, ptr %slot
  %last = icmp eq ptr %dtor, null
  br i1 %last, label %done, label %call
call:
  call void %dtor()
  %next = add i64 %i, 1
  br label %loop
done:
  ret void
}

define internal void @pkgimg.run.exits() nounwind {
  br label %loop
loop:
  %node = load ptr, ptr @pkgimg.exits
  %none = icmp eq ptr %node, null
  br i1 %none, label %done, label %call
call:
  %next = load ptr, ptr %node
  store ptr %next, ptr @pkgimg.exits
  %slot = getelementptr ptr, ptr %node, i64 1
  %f = load ptr, ptr %slot
  call void %f()
  br label %loop
done:
  ret void
}

; The C runtime's own would run when the process ends, with the image perhaps gone. The section goes
; when nothing calls it, and kernel32 with it.
$atexit = comdat any
declare dllimport ptr @GetProcessHeap()
declare dllimport ptr @HeapAlloc(ptr, i32, i64)

define i32 @atexit(ptr %f) nounwind comdat {
  %heap = call ptr @GetProcessHeap()
  %node = call ptr @HeapAlloc(ptr %heap, i32 0, i64 16)
  %failed = icmp eq ptr %node, null
  br i1 %failed, label %fail, label %fill
fill:
  %slot = getelementptr ptr, ptr %node, i64 1
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

; Code that takes more than a page of stack calls this first, with the bytes in rax: Windows maps the
; stack page by page, in order. All registers are kept. In: [rsp] return address; out: the same.
$___chkstk_ms = comdat any

define void @___chkstk_ms() naked noinline nounwind comdat {
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
