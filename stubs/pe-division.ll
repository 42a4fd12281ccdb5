; Division for CPUs that have none of that width, bit by bit from the divisor's first place:
; { quotient, remainder }. Signed: rounded to zero, the remainder has the sign of the first.
; Behind the names of a CPU's own ABI in pe-CPU.ll, which also says what division by zero does.

declare hidden void @pkgimg.division.by.zero()

define hidden { i64, i64 } @pkgimg.udivmod64(i64 %n, i64 %d) nounwind uwtable {
  %zero = icmp eq i64 %d, 0
  br i1 %zero, label %trap, label %start
trap:
  call void @pkgimg.division.by.zero()
  br label %start
start:
  %less = icmp ult i64 %n, %d
  br i1 %less, label %small, label %align
small:
  %s0 = insertvalue { i64, i64 } poison, i64 0, 0
  %s1 = insertvalue { i64, i64 } %s0, i64 %n, 1
  ret { i64, i64 } %s1
align:
  %dz = call i64 @llvm.ctlz.i64(i64 %d, i1 false)
  %nz = call i64 @llvm.ctlz.i64(i64 %n, i1 false)
  %shift = sub i64 %dz, %nz
  %first = shl i64 %d, %shift
  br label %bit
bit:
  %left = phi i64 [ %shift, %align ], [ %left.less, %bit ]
  %part = phi i64 [ %first, %align ], [ %part.half, %bit ]
  %rest = phi i64 [ %n, %align ], [ %rest.new, %bit ]
  %q = phi i64 [ 0, %align ], [ %q.new, %bit ]
  %fits = icmp uge i64 %rest, %part
  %taken = select i1 %fits, i64 %part, i64 0
  %rest.new = sub i64 %rest, %taken
  %one = zext i1 %fits to i64
  %q.up = shl i64 %q, 1
  %q.new = or i64 %q.up, %one
  %part.half = lshr i64 %part, 1
  %left.less = sub i64 %left, 1
  %last = icmp eq i64 %left, 0
  br i1 %last, label %done, label %bit
done:
  %r0 = insertvalue { i64, i64 } poison, i64 %q.new, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %rest.new, 1
  ret { i64, i64 } %r1
}
declare i64 @llvm.ctlz.i64(i64, i1)

define hidden { i64, i64 } @pkgimg.divmod64(i64 %n, i64 %d) nounwind uwtable {
  %ns = ashr i64 %n, 63
  %nx = xor i64 %n, %ns
  %nu = sub i64 %nx, %ns
  %ds = ashr i64 %d, 63
  %dx = xor i64 %d, %ds
  %du = sub i64 %dx, %ds
  %r = call { i64, i64 } @pkgimg.udivmod64(i64 %nu, i64 %du)
  %uq = extractvalue { i64, i64 } %r, 0
  %um = extractvalue { i64, i64 } %r, 1
  %qs = xor i64 %ns, %ds
  %qx = xor i64 %uq, %qs
  %q = sub i64 %qx, %qs
  %mx = xor i64 %um, %ns
  %m = sub i64 %mx, %ns
  %r0 = insertvalue { i64, i64 } poison, i64 %q, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %m, 1
  ret { i64, i64 } %r1
}

define hidden { i32, i32 } @pkgimg.udivmod32(i32 %n, i32 %d) nounwind uwtable {
  %zero = icmp eq i32 %d, 0
  br i1 %zero, label %trap, label %start
trap:
  call void @pkgimg.division.by.zero()
  br label %start
start:
  %less = icmp ult i32 %n, %d
  br i1 %less, label %small, label %align
small:
  %s0 = insertvalue { i32, i32 } poison, i32 0, 0
  %s1 = insertvalue { i32, i32 } %s0, i32 %n, 1
  ret { i32, i32 } %s1
align:
  %dz = call i32 @llvm.ctlz.i32(i32 %d, i1 false)
  %nz = call i32 @llvm.ctlz.i32(i32 %n, i1 false)
  %shift = sub i32 %dz, %nz
  %first = shl i32 %d, %shift
  br label %bit
bit:
  %left = phi i32 [ %shift, %align ], [ %left.less, %bit ]
  %part = phi i32 [ %first, %align ], [ %part.half, %bit ]
  %rest = phi i32 [ %n, %align ], [ %rest.new, %bit ]
  %q = phi i32 [ 0, %align ], [ %q.new, %bit ]
  %fits = icmp uge i32 %rest, %part
  %taken = select i1 %fits, i32 %part, i32 0
  %rest.new = sub i32 %rest, %taken
  %one = zext i1 %fits to i32
  %q.up = shl i32 %q, 1
  %q.new = or i32 %q.up, %one
  %part.half = lshr i32 %part, 1
  %left.less = sub i32 %left, 1
  %last = icmp eq i32 %left, 0
  br i1 %last, label %done, label %bit
done:
  %r0 = insertvalue { i32, i32 } poison, i32 %q.new, 0
  %r1 = insertvalue { i32, i32 } %r0, i32 %rest.new, 1
  ret { i32, i32 } %r1
}
declare i32 @llvm.ctlz.i32(i32, i1)

define hidden { i32, i32 } @pkgimg.divmod32(i32 %n, i32 %d) nounwind uwtable {
  %ns = ashr i32 %n, 31
  %nx = xor i32 %n, %ns
  %nu = sub i32 %nx, %ns
  %ds = ashr i32 %d, 31
  %dx = xor i32 %d, %ds
  %du = sub i32 %dx, %ds
  %r = call { i32, i32 } @pkgimg.udivmod32(i32 %nu, i32 %du)
  %uq = extractvalue { i32, i32 } %r, 0
  %um = extractvalue { i32, i32 } %r, 1
  %qs = xor i32 %ns, %ds
  %qx = xor i32 %uq, %qs
  %q = sub i32 %qx, %qs
  %mx = xor i32 %um, %ns
  %m = sub i32 %mx, %ns
  %r0 = insertvalue { i32, i32 } poison, i32 %q, 0
  %r1 = insertvalue { i32, i32 } %r0, i32 %m, 1
  ret { i32, i32 } %r1
}
