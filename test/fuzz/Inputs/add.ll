@total = global i32 0
define i32 @add(i32 %a, i32 %b) {
  %c = add i32 %a, %b
  store i32 %c, ptr @total
  ret i32 %c
}
