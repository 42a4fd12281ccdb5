add_test(unit-a "/bin/sh" "-c" "exit 0")
add_test(unit-b "/bin/sh" "-c" "echo b.c:1: this is wrong; echo 2 passed, 2 failed; exit 1")
add_test(unit-c "/no/such/program")
