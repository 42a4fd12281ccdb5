; code that calls what add.ll defines
declare i32 @add(i32, i32)

define i32 @use(i32 %x) {
	%sum = call i32 @add(i32 %x, i32 1)
	ret i32 %sum
}
