"""Sources at and over the limits of tools/top-length, in the current folder."""


def write(name, lines):
    with open(name, "w", encoding="utf-8") as f:
        f.write("".join(line + "\n" for line in lines))


def function(name, body, above=()):
    return [*above, f"int {name}(int a,", "\tint b)", "{", *body, "}", ""]


def switch(n):
    return ["\tswitch (a) {", *["\tcase 1: return 2;"] * (n - 3), "\t}", "\treturn 0;"]


def fill(n):
    return ["\tif (a) {", *["\t\ta++;"] * (n - 2), "\t}"]


write("columns.py", ["#" * 101, "#" * 100, "\u00e9" * 100, "\t" * 12 + "#" * 8])
write("file.c", ["/* line */"] * 801)
write("fine.c", ["/* line */"] * 800)
write("functions.c", [
    *function("fits", fill(60)),
    *function("too_long", fill(61)),
    *function("table", fill(120), ["/* table */"]),
    *function("long_table", fill(121), ["/* table */"]),
    *function("a_switch", switch(120)),
    *function("long_switch", switch(121)),
    *function("two_switches", switch(30)[:-1] + switch(32)),
])
