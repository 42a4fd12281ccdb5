"""Loads: an image's first call against compiling the same bitcode, and against plain dlopen."""

from inputs import CLANG
from measure import Command
from rows import Row


def host(inputs):
    """host.c, the image and the plain library of SQLite"""
    return inputs.host_program("host"), *inputs.sqlite_built()


def first_call(inputs):
    """whole processes: ours is a small program that opens the image and calls one function"""
    program, image, _ = host(inputs)
    answer = int(inputs.run(program, "answer", "image", image))
    # the exit code of lli is what the function returns
    jit = (f"lli-19 $1 --entry-function=sqlite3_libversion_number {inputs.sqlite()}; "
           f"test $? = {answer & 255}")
    return {"pkgimg": Command([program, "first", "image", image]),
            "ORC JIT": Command(["sh", "-c", jit, "sh", "--jit-kind=orc"]),
            "ORC JIT, lazy": Command(["sh", "-c", jit, "sh", "--jit-kind=orc-lazy"])}


def first_against_dlopen(inputs):
    program, image, plain = host(inputs)
    return {"pkgimg": Command([program, "first", "image", image], value=True),
            "dlopen": Command([program, "first", "library", plain], value=True)}


def work(inputs):
    """both in one process, round by round in turn"""
    program, image, plain = host(inputs)
    return {"image / clang": Command([program, "work", image, plain, "60"], value=True)}


def open_loop(inputs):
    """the program, and the smallest image there is"""
    def make(path):
        with open(path + ".c", "w", encoding="utf-8") as f:
            f.write("int add(int a, int b) { return a + b; }\n")
        inputs.run(CLANG, "-g", "-O1", "-emit-llvm", "-c", path + ".c", "-o", path + ".bc")
        inputs.run(inputs.pkgimg, "build", path + ".bc", "-o", path)
    return inputs.host_program("open_loop"), inputs.once("tiny.so", make)


def tiny_open(inputs):
    loop, image = open_loop(inputs)
    return {"pkgimg": Command([loop, "open", image, "2000"], value=True),
            "dlopen": Command([loop, "dlopen", image, "2000"], value=True)}


def tiny_check(inputs):
    loop, image = open_loop(inputs)
    return {"pkgimg": Command([loop, "check", image, "2000"], value=True)}


ROWS = [
    Row("tiny-open", "a tiny image, from open to its first answer; bare dlopen beside it",
        tiny_open, metric="value", unit="us", goal=100, rounds=5),
    Row("tiny-check", "all checks of a tiny image's tables, with their sum",
        tiny_check, metric="value", unit="us", goal=30, rounds=5),
    Row("first-call", "SQLite: program start to first answer, image against JIT of its bitcode",
        first_call, peer="ORC JIT", goal=0.001, rounds=3, needs=["lli-19"],
        note="lli-19 compiles the module, then calls the function; lazy, it compiles what is "
        "called and what its module's set-up needs. Both read all of the bitcode first."),
    Row("first-call-dlopen", "SQLite: load to first answer, image against dlopen of a plain one",
        first_against_dlopen, peer="dlopen", metric="value", unit="us", goal=100, difference=True,
        rounds=40),
    Row("sqlite-work", "SQLite's own work, 10 s of inserts, joins and aggregates: the image's time "
        "against that of clang-19 -O2", work, ours="image / clang", metric="value", unit="x",
        goal=1.02, rounds=1, warmup=0),
]
