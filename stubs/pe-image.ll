; What dllcrt2.o gives a DLL on every CPU, for images that are linked without it: constructors at
; load, destructors at unload. No target lines: it is compiled for the target of the image. The entry
; point, whose calling convention differs, and helpers are in pe-CPU.ll.
;
; The linker gathers constructors in __CTOR_LIST__, destructors in __DTOR_LIST__: a word of -1, the
; functions, a zero. Constructors run from the end, as GCC has it.

@__CTOR_LIST__ = external hidden global [0 x ptr]
@__DTOR_LIST__ = external hidden global [0 x ptr]

; functions for unload, last one first: { next, function }; atexit adds to it
@pkgimg.exits = hidden global ptr null, align 8

; reasons: 1 loaded, 0 about to be unloaded, others are threads that begin and end
define hidden void @pkgimg.dll(i32 %reason) nounwind uwtable {
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
  ret void
}

define internal void @pkgimg.construct() nounwind uwtable {
entry:
  br label %count
count:
  %n = phi i32 [ 0, %entry ], [ %next, %count ]
  %next = add i32 %n, 1
  %at = getelementptr ptr, ptr @__CTOR_LIST__, i32 %next
  %f = load ptr, ptr %at
  %last = icmp eq ptr %f, null
  br i1 %last, label %down, label %count
down:
  %i = phi i32 [ %n, %count ], [ %less, %call ]
  %none = icmp eq i32 %i, 0
  br i1 %none, label %done, label %call
call:
  %slot = getelementptr ptr, ptr @__CTOR_LIST__, i32 %i
  %ctor = load ptr, ptr %slot
  call void %ctor()
  %less = sub i32 %i, 1
  br label %down
done:
  ret void
}

define internal void @pkgimg.destruct() nounwind uwtable {
entry:
  br label %loop
loop:
  %i = phi i32 [ 1, %entry ], [ %next, %call ]
  %slot = getelementptr ptr, ptr @__DTOR_LIST__, i32 %i
  %dtor = load ptr, ptr %slot
  %last = icmp eq ptr %dtor, null
  br i1 %last, label %done, label %call
call:
  call void %dtor()
  %next = add i32 %i, 1
  br label %loop
done:
  ret void
}

define internal void @pkgimg.run.exits() nounwind uwtable {
  br label %loop
loop:
  %node = load ptr, ptr @pkgimg.exits
  %none = icmp eq ptr %node, null
  br i1 %none, label %done, label %call
call:
  %next = load ptr, ptr %node
  store ptr %next, ptr @pkgimg.exits
  %slot = getelementptr ptr, ptr %node, i32 1
  %f = load ptr, ptr %slot
  call void %f()
  br label %loop
done:
  ret void
}
