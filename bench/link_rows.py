"""Links: a small image cold, many of them warm, large ones."""

import os
import shlex
import shutil

from inputs import ROOT
from measure import Command, anew
from rows import Row

BUILD = os.path.join(ROOT, "build", "release")

SOURCE = "int add(int a, int b) { return a + b; }\nint table[64] = {1};\n"


def native(inputs, size, target=None):
    """The same object for all contenders: what `pkgimg build -c` makes of a package."""
    name = f"small-{size}{'-' + target if target else ''}.o"
    return inputs.image_object(name, SOURCE, size, target)


def elf_cold(size):
    def prepare(inputs):
        obj, out = native(inputs, size), inputs.path("cold", "out.so")
        contenders = {
            "pkgimg": [inputs.pkgimg, "link", "--image", obj, "-o", out],
            "ld.lld-19": ["ld.lld-19", "-shared", obj, "-o", out],
            "clang-19": ["clang-19", "-fuse-ld=lld", "-shared", "-nostdlib", obj, "-o", out],
            "gcc": ["gcc", "-shared", "-nostdlib", obj, "-o", out],
            "mold": ["mold", "-shared", obj, "-o", out],
            "GNU ld": ["ld.bfd", "-shared", obj, "-o", out],
        }
        return {k: Command(v) for k, v in contenders.items()
                if k == "pkgimg" or shutil.which(v[0])}
    return prepare


OTHER = "const char blob[1024] = {1, 2, 3};\nint add(int a, int b) { return a + b; }\n" \
        "void *table[] = {(void *)add, (void *)blob};\n"


def other_cold(target, triple, peers):
    """A small image for another system: `peers` are {name: argv} without input and output"""
    def prepare(inputs):
        obj = inputs.object(f"other-{target}.o", OTHER, target=triple)
        out = inputs.path("cold", f"other-{target}")
        ours = [inputs.pkgimg, "link", "--image", "--target=" + target, "--root-symbol=table", obj,
                "-o", out]
        there = {k: Command([*v, obj, f"/out:{out}"] if "lld-link" in k else [*v, obj, "-o", out])
                 for k, v in peers.items() if shutil.which(v[0])}
        return {"pkgimg": Command(ours), **there}
    return prepare


def jobs_file(inputs, name, n):
    """a file of n small links, for --jobs"""
    obj, folder, path = native(inputs, 1024), inputs.path(name, ""), inputs.path(name + ".jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for i in range(n):
            out = os.path.join(folder, f"{i}.so")
            f.write('{"arguments": ["--image", "%s", "-o", "%s"]}\n' % (obj, out))
    return path


def warm(inputs):
    """1,000 links in one worker: ten times those of the peer, in one process each"""
    ours = [inputs.pkgimg, "link", "-j", "1", "--jobs"]
    return {"1000 links": Command([*ours, jobs_file(inputs, "thousand", 1000)]),
            "100 links": Command([*ours, jobs_file(inputs, "hundred", 100)])}


def self_link(inputs):
    """The link of pkgimg itself, 120 MB, by the compiler as it stands in the build's files"""
    done = inputs.run("ninja", "-t", "commands", "bin/pkgimg", cwd=BUILD)
    line = next(x for x in done.splitlines() if " -o bin/pkgimg " in x)
    argv = shlex.split(line.removeprefix(": && ").split(" && ")[0])
    argv[argv.index("bin/pkgimg")] = inputs.path("self", "pkgimg")
    ours = ["--ld-path=" + inputs.face("ld.lld") if a == "-fuse-ld=lld" else a for a in argv]
    threads = "-Wl,--threads=1"
    return {"pkgimg": Command(ours, cwd=BUILD), "ld.lld-19": Command(argv, cwd=BUILD),
            "pkgimg, 1 thread": Command([*ours, threads], cwd=BUILD),
            "ld.lld-19, 1 thread": Command([*argv, threads], cwd=BUILD)}


def many(inputs):
    """200 links at two at a time: a worker against a process each."""
    obj, folder = native(inputs, 1024), inputs.path("many", "")
    jobs, script = jobs_file(inputs, "many", 200), inputs.path("many.sh")
    with open(script, "w", encoding="utf-8") as f:
        f.write(f"seq 200 | xargs -P 2 -I % ld.lld-19 -shared {obj} -o {folder}/l%.so\n")
    return {"pkgimg": Command([inputs.pkgimg, "link", "--jobs", jobs, "-j", "2"]),
            "ld.lld-19": Command(["sh", script])}


def blob(inputs):
    """256 MiB of data that are in an object already, against copying the object."""
    size = 256 << 20

    def make(path):
        raw = path + ".bin"
        with open("/dev/urandom", "rb") as source, open(raw, "wb") as f:
            for _ in range(256):
                f.write(source.read(1 << 20))
        asm = path + ".s"
        with open(asm, "w", encoding="utf-8") as f:
            f.write(f'.section .blob,"aR"\n.globl big\nbig: .incbin "{raw}"\n'
                    f'.size big, {size}\n.section .note.GNU-stack,"",@progbits\n')
        inputs.run("clang-19", "-c", asm, "-o", path)
        os.remove(raw)

    obj, small = inputs.once("blob.o", make), native(inputs, 1024)
    out = inputs.path("blob-linked.so")
    clear = anew(out)
    return {"pkgimg": Command([inputs.pkgimg, "link", "--image", small, obj, "-o", out],
                              before=clear),
            "cp": Command(["cp", obj, out], before=clear),
            "ld.lld-19": Command(["ld.lld-19", "-shared", small, obj, "-o", out], before=clear)}


ROWS = [
    Row("link-elf-1k", "Cold link of a small ELF image, 1 KiB of data", elf_cold(1024),
        peer="ld.lld-19", goal=0.35, rounds=30),
    Row("link-elf-1m", "Cold link of a small ELF image, 1 MiB of data", elf_cold(1 << 20),
        peer="ld.lld-19", goal=0.35, rounds=30),
    Row("link-pe-1k", "Cold link of a small image for Windows, 1 KiB of data",
        other_cold("x86_64-windows-gnu", "x86_64-w64-windows-gnu", {
            "ld.lld-19": ["ld.lld-19", "-m", "i386pep", "-shared", "-e", "add"],
            "lld-link-19": ["lld-link-19", "/dll", "/noentry"],
            "GNU ld": ["x86_64-w64-mingw32-ld", "-shared"]}),
        peer="ld.lld-19", goal=0.35, rounds=30),
    Row("link-macho-1k", "Cold link of a small image for macOS, 1 KiB of data",
        other_cold("arm64-apple-macos11", "arm64-apple-macos11", {
            "ld64.lld-19": ["ld64.lld-19", "-arch", "arm64", "-platform_version", "macos", "11.0",
                            "11.0", "-dylib", "-undefined", "dynamic_lookup"]}),
        peer="ld64.lld-19", goal=0.35, rounds=30),
    Row("link-many", "200 small links, two at a time: worker against processes", many,
        peer="ld.lld-19", goal=0.125, rounds=5),
    Row("link-warm", "A link in a worker that is warm: 1,000 of them", warm, ours="1000 links",
        goal=1500, rounds=5, note="1.5 ms for each, start of the worker included.",
        why="Of some 1.1 M instructions LLD takes 0.6 M. The rest of the time is the kernel's: a "
        "folder for the output is made and removed, and the output replaces the one of the round "
        "before, which the file system answers by writing the new one to the disk."),
    Row("link-warm-rss", "Peak memory of a worker that does 1,000 links", warm, ours="1000 links",
        metric="rss", goal=70000, rounds=3, note="At most 50 MB more than at its start."),
    Row("link-self", "A large program: pkgimg itself, clang++ with our LLD against ld.lld-19",
        self_link, peer="ld.lld-19", goal=1, rounds=5, limit=60, needs=["ninja"],
        note="Both are LLD 19 and do the same work; in ours a thread makes the heap's pages.",
        why="It is the same LLD, so what is not compiler and heap is noise: 120 MB go through the "
        "file system's cache, and clang++ itself is in both."),
    Row("link-blob", "A 256 MiB object to an image, against cp of the object", blob, peer="cp",
        goal=1.5, rounds=5, note="A new file each time. cp asks the kernel to copy. LLD alone "
        "writes through a mapping of the new file, which the kernel fills with zeros first; here "
        "the section is written from where it lies, and summed by a second thread meanwhile. Where "
        "there is an output already pkgimg keeps it until the new one is complete: twice the "
        "disk."),
    Row("link-blob-rss", "The same: peak memory", blob, metric="rss",
        goal=int(1.15 * 256 * 1024), rounds=3, note="At most 1.15 x the bytes of the object."),
]
