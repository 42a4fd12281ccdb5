"""Links: a small image cold, many of them warm, large ones."""

import os
import shutil

from measure import Command
from rows import Row

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


def cross_cold(target, flags):
    def prepare(inputs):
        obj, out = native(inputs, 1024, target), inputs.path("cold", "out")
        ours = [inputs.pkgimg, "link", "--image", "--target=" + target, obj, "-o", out]
        return {"pkgimg": Command(ours), flags[0]: Command([*flags, obj, "-o", out])}
    return prepare


def many(inputs):
    """200 links at two at a time: a worker against a process each."""
    obj, folder = native(inputs, 1024), inputs.path("many", "")
    jobs, script = inputs.path("many.jsonl"), inputs.path("many.sh")
    with open(jobs, "w", encoding="utf-8") as f:
        for i in range(200):
            out = os.path.join(folder, f"{i}.so")
            f.write('{"arguments": ["--image", "%s", "-o", "%s"]}\n' % (obj, out))
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
    out = inputs.path("blob.so")
    return {"pkgimg": Command([inputs.pkgimg, "link", "--image", small, obj, "-o", out]),
            "cp": Command(["cp", obj, out]),
            "ld.lld-19": Command(["ld.lld-19", "-shared", small, obj, "-o", out])}


ROWS = [
    Row("link-elf-1k", "Cold link of a small ELF image, 1 KiB of data", elf_cold(1024),
        peer="ld.lld-19", goal=0.35, rounds=30),
    Row("link-elf-1m", "Cold link of a small ELF image, 1 MiB of data", elf_cold(1 << 20),
        peer="ld.lld-19", goal=0.35, rounds=30),
    Row("link-many", "200 small links, two at a time: worker against processes", many,
        peer="ld.lld-19", goal=0.125, rounds=5),
    Row("link-blob", "A 256 MiB object to an image, against cp of the object", blob, peer="cp",
        goal=1.5, rounds=5),
]
