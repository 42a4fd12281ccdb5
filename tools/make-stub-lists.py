#!/usr/bin/env python3
"""Make stubs/lists/TRIPLE/*.list: what the libraries of a platform export, from Debian's packages.

  tools/make-stub-lists.py [--installed] [TRIPLE | linux-musl]

The packages are downloaded by apt and unpacked into a temporary folder; with --installed the files
of this machine are read instead. Other CPUs than x86-64 come from the packages for cross-compiling,
and their lists say only what differs from an x86 list where that is shorter: make those first. For
Windows (windows-gnu) the definition files in mingw-w64's source tell. The output is checked in;
stubs/README.md describes the format.
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile

import windows_lists

# triple -> Debian's name of the architecture, the dynamic linker's soname, and for an architecture
# that comes from packages for cross-compiling the folder of its libraries
PLATFORMS = {
    "x86_64-linux-gnu": ("amd64", "ld-linux-x86-64.so.2", None),
    "i386-linux-gnu": ("i386", "ld-linux.so.2", "usr/i686-linux-gnu/lib"),
    "aarch64-linux-gnu": ("arm64", "ld-linux-aarch64.so.1", "usr/aarch64-linux-gnu/lib"),
    "arm-linux-gnueabihf": ("armhf", "ld-linux-armhf.so.3", "usr/arm-linux-gnueabihf/lib"),
    "powerpc64le-linux-gnu": ("ppc64el", "ld64.so.2", "usr/powerpc64le-linux-gnu/lib"),
    "riscv64-linux-gnu": ("riscv64", "ld-linux-riscv64-lp64d.so.1", "usr/riscv64-linux-gnu/lib"),
    "s390x-linux-gnu": ("s390x", "ld64.so.1", "usr/s390x-linux-gnu/lib"),
}
# platforms whose lists others behind them may be based on
BASES = ["x86_64-linux-gnu", "i386-linux-gnu"]
# Debian's names of the architectures of musl's two lists, 64 and 32 bits; Alpine's soname of the
# library on each CPU of that width
MUSL = {
    "linux-musl": ("amd64", "lib/x86_64-linux-musl",
                   ["x86_64", "aarch64", "riscv64", "ppc64le", "s390x", "loongarch64"]),
    "linux-musl32": ("i386", "lib/i386-linux-musl", ["x86", "armhf", "armv7"]),
}
WINDOWS = "windows-gnu"
# package -> the libraries wanted from it; None stands for the dynamic linker
PACKAGES = {
    "libc6": [
        "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1",
        "libresolv.so.2", None,
    ],
    "libgcc-s1": ["libgcc_s.so.1"],
    "libstdc++6": ["libstdc++.so.6"],
    "libatomic1": ["libatomic.so.1"],
}
MACHINES = {  # e_machine, 64-bit, little-endian -> LLVM's name (stubs/elfstub.c has the same table)
    (62, True, True): "x86_64", (3, False, True): "i386", (183, True, True): "aarch64",
    (40, False, True): "arm", (243, True, True): "riscv64", (21, True, True): "powerpc64le",
    (22, True, False): "s390x", (258, True, True): "loongarch64",
}

SHT_DYNSYM, SHT_DYNAMIC, SHT_VERDEF, SHT_VERSYM = 11, 6, 0x6FFFFFFD, 0x6FFFFFFF
SHN_UNDEF, SHN_ABS = 0, 0xFFF1
STB_LOCAL = 0
EM_PPC64 = 21
STT_OBJECT, STT_FUNC, STT_COMMON, STT_TLS, STT_IFUNC = 1, 2, 5, 6, 10
KINDS = {0: "f", STT_OBJECT: "o", STT_FUNC: "f", STT_COMMON: "o", STT_TLS: "t", STT_IFUNC: "f"}
VERSYM_HIDDEN = 0x8000


class Elf:
    """The dynamic symbols of a shared library."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        if self.data[:4] != b"\x7fELF":
            sys.exit(f"{path}: no ELF file")
        self.is64 = self.data[4] == 2
        self.little = self.data[5] == 1
        self.end = "<" if self.little else ">"
        head = self.unpack("HHIQQQIHHHHHH" if self.is64 else "HHIIIIIHHHHHH", 16)
        self.machine = head[1]
        self.sections = [self.section(head[5] + i * head[10]) for i in range(head[11])]

    def unpack(self, fmt, at):
        return struct.unpack_from(self.end + fmt, self.data, at)

    def section(self, at):
        _, kind, flags, addr, offset, size, link, info, _, entsize = self.unpack(
            "IIQQQQIIQQ" if self.is64 else "IIIIIIIIII", at)
        return {"kind": kind, "offset": offset, "size": size, "link": link, "info": info}

    def find(self, kind):
        return next((s for s in self.sections if s["kind"] == kind), None)

    def text(self, strings, at):
        start = strings["offset"] + at
        return self.data[start:self.data.index(b"\0", start)].decode()

    def soname(self):
        dynamic = self.find(SHT_DYNAMIC)
        width = 16 if self.is64 else 8
        for i in range(dynamic["size"] // width):
            tag, value = self.unpack("QQ" if self.is64 else "II", dynamic["offset"] + i * width)
            if tag == 14:
                return self.text(self.sections[dynamic["link"]], value)
        return None

    def versions(self):
        """index -> name of the versions that the library defines, without its own name"""
        out = {}
        verdef = self.find(SHT_VERDEF)
        at = verdef["offset"] if verdef else 0
        for _ in range(verdef["info"] if verdef else 0):
            _, flags, index, _, _, aux, following = self.unpack("HHHHIII", at)
            if not flags & 1:
                name, _ = self.unpack("II", at + aux)
                out[index] = self.text(self.sections[verdef["link"]], name)
            at += following
        return out

    def symbols(self):
        """(name, version or "-", kind, size, address) of each that a link would take"""
        dynsym, versym = self.find(SHT_DYNSYM), self.find(SHT_VERSYM)
        strings = self.sections[dynsym["link"]]
        versions = self.versions()
        width = 24 if self.is64 else 16
        for i in range(1, dynsym["size"] // width):
            at = dynsym["offset"] + i * width
            if self.is64:
                name, info, other, shndx, value, size = self.unpack("IBBHQQ", at)
            else:
                name, value, size, info, other, shndx = self.unpack("IIIBBH", at)
            index = self.unpack("H", versym["offset"] + 2 * i)[0] if versym else 1
            if shndx == SHN_UNDEF or info >> 4 == STB_LOCAL or index == 0 or index & VERSYM_HIDDEN:
                continue
            name = self.text(strings, name)
            if shndx == SHN_ABS and name in versions.values():
                continue  # the marker of a version itself
            kind = KINDS[info & 15]
            if kind == "f" and self.machine == EM_PPC64 and other >> 5 == 0:
                kind = "g"
            yield name, versions.get(index, "-"), kind, size, (shndx, value)


def symbols_of(elf):
    """name -> the rest of its line, sorted"""
    out, first = {}, {}  # address of an object -> the first name of it
    for name, version, kind, size, address in sorted(elf.symbols(), key=lambda s: s[0].encode()):
        if version == "GLIBC_PRIVATE":
            continue
        out[name] = f"{version} {kind} {size if kind in 'ot' else 0}"
        if kind == "o" and first.setdefault(address, name) != name:
            out[name] += f" ={first[address]}"
    return out


def read_list(path):
    """the symbols of a list that has no base, as symbols_of gives them, and its versions"""
    symbols, versions = {}, []
    with open(path, encoding="ascii") as f:
        for line in f:
            words = line.split()
            if line.startswith("base "):
                return None, []
            if words[0] == "version":
                versions.append(words[1])
            elif len(words) >= 4 and words[0] != "#":
                symbols[words[0]] = " ".join(words[1:])
    return symbols, versions


def lines_from(symbols, base, versions):
    """the lines that make `symbols` of a base's: versions that changed name, then what differs"""
    now = {}
    for name, rest in base.items():
        old, new = rest.split()[0], symbols.get(name, "").split(" ")[0]
        if new:
            counts = now.setdefault(old, {})
            counts[new] = counts.get(new, 0) + 1
    now = {old: max(counts, key=lambda new: (counts[new], new)) for old, counts in now.items()}
    for old in versions:
        if now.get(old, old) != old:
            yield f"as {old} {now[old]}"
    for name in sorted({*symbols, *base}, key=str.encode):
        old, _, rest = base.get(name, "").partition(" ")
        wanted = symbols.get(name)
        if wanted is None:
            yield f"drop {name}"
        elif wanted != f"{now.get(old, old)} {rest}":
            yield f"{name} {wanted}"


def body_of(symbols, path, folder):
    """the shortest of: all symbols, or what differs from a base"""
    os.makedirs(folder, exist_ok=True)
    best = [f"{name} {rest}" for name, rest in symbols.items()]
    triple = os.path.basename(folder)
    for base in BASES[:BASES.index(triple)] if triple in BASES else BASES:
        file = os.path.join(folder, "..", base, path)
        if not os.path.exists(file):
            continue
        base_symbols, versions = read_list(file)
        if base_symbols is None:
            continue
        lines = [f"base ../{base}/{path}", *lines_from(symbols, base_symbols, versions)]
        if 2 * sum(map(len, lines)) < sum(map(len, best)):
            best = lines
    return best


def head_of(package, version, soname, machine):
    return [f"# Made by tools/make-stub-lists.py from Debian's {package} {version}; do not edit.",
            f"soname {soname}", f"machine {machine}"]


def write_lines(path, lines, nsymbols):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii", newline="\n") as f:
        f.writelines(line + "\n" for line in lines)
    print(f"{path}: {nsymbols} symbols in {len(lines)} lines")


def write_list(path, library, package, version, folder):
    elf = Elf(library)
    symbols = symbols_of(elf)
    head = head_of(package, version, elf.soname(), MACHINES[elf.machine, elf.is64, elf.little])
    used = {rest.split()[0] for rest in symbols.values()}
    order = [f"version {v}" for _, v in sorted(elf.versions().items()) if v in used]
    body = body_of(symbols, path + ".list", folder)
    if body and body[0].startswith("base "):
        head.append(body.pop(0))
    write_lines(os.path.join(folder, path + ".list"), head + order + body, len(symbols))


def count_in_pointers(wide, narrow):
    """what has another size on 32-bit CPUs is made of pointers"""
    for name, rest in wide.items():
        words, other = rest.split(), narrow.get(name, rest).split()
        if words[2] == other[2]:
            continue
        size = f"{int(words[2]) // 8}p"
        if size != f"{int(other[2]) // 4}p":
            sys.exit(f"'{name}' has {words[2]} and {other[2]} bytes, which are no pointers")
        wide[name] = " ".join([*words[:2], size, *words[3:]])
        narrow[name] = " ".join([*other[:2], size, *other[3:]])


def write_musl(folder, installed):
    """musl has no versions and the same names on all CPUs, but for 64-bit time on 32-bit CPUs"""
    symbols = {}
    for name, (arch, libraries, _) in MUSL.items():
        with tempfile.TemporaryDirectory() as temporary:
            if installed and arch == "amd64":
                version, root = installed_version("musl", arch), "/"
            else:
                version = unpack_package("musl", arch, temporary)
                root = os.path.join(temporary, "root")
            symbols[name] = symbols_of(Elf(os.path.join(root, libraries, "libc.so")))
    wide, narrow = symbols.values()
    count_in_pointers(wide, narrow)
    bodies = [[f"{n} {rest}" for n, rest in wide.items()],
              ["base ../linux-musl/libc.so.list", *lines_from(narrow, wide, [])]]
    for (name, (_, _, cpus)), body in zip(MUSL.items(), bodies):
        to = os.path.join(os.path.dirname(folder), name)
        write_lines(os.path.join(to, "libc.so.list"),
                    head_of("musl", version, "libc.so", "any") + body, len(symbols[name]))
        for soname in (f"libc.musl-{cpu}.so.1" for cpu in cpus):
            write_lines(os.path.join(to, soname + ".list"),
                        ["# Alpine's name of the library", f"soname {soname}", "machine any",
                         "base libc.so.list"], len(symbols[name]))


def find_library(root, triple, soname):
    folders = ["lib", f"lib/{triple}", f"usr/lib/{triple}", "lib64", PLATFORMS[triple][2] or ""]
    for folder in folders:
        path = os.path.join(root, folder, soname)
        if os.path.isfile(path):
            return path
    sys.exit(f"{root}: no {soname} in it")


def foreign_options(arch, folder):
    """how apt is told of an architecture that this machine does not have, without a trace"""
    lists = os.path.join(folder, "apt")
    os.makedirs(os.path.join(lists, "partial"), exist_ok=True)
    options = ["-o", "APT::Sandbox::User=root"]
    if subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True,
                      text=True).stdout.strip() != arch:
        options += ["-o", f"APT::Architecture={arch}", "-o", f"APT::Architectures::={arch}",
                    "-o", f"Dir::State::lists={lists}", "-o", "Dir::State::status=/dev/null",
                    "-o", f"Dir::Cache={lists}"]
        subprocess.run(["apt-get", *options, "update", "-q"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return options


def unpack_package(package, arch, folder):
    """download and unpack; returns the version. arch "all": packages for cross-compiling"""
    options, name = ["-o", "APT::Sandbox::User=root"], package
    if arch != "all":
        options, name = foreign_options(arch, folder), f"{package}:{arch}"
    subprocess.run(["apt-get", *options, "download", "-q", name], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    deb = next(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".deb"))
    subprocess.run(["dpkg-deb", "-x", deb, os.path.join(folder, "root")], check=True)
    version = subprocess.run(["dpkg-deb", "-f", deb, "Version"], check=True, capture_output=True,
                             text=True).stdout.strip()
    os.remove(deb)
    return version


def installed_version(package, arch):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", f"{package}:{arch}"],
                          check=True, capture_output=True, text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("triple", nargs="?", default="x86_64-linux-gnu", 
                        choices=[*PLATFORMS, WINDOWS, "linux-musl"])
    parser.add_argument("--installed", action="store_true", help="read this machine's libraries")
    args = parser.parse_args()
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../stubs/lists", args.triple)
    out = os.path.normpath(out)
    if args.triple == WINDOWS:
        windows_lists.write_lists(out)
        return
    if args.triple in MUSL:
        write_musl(out, args.installed)
        return
    arch, dynamic_linker, cross = PLATFORMS[args.triple]
    with tempfile.TemporaryDirectory() as folder:
        for package, sonames in PACKAGES.items():
            if cross:
                package, arch = f"{package}-{PLATFORMS[args.triple][0]}-cross", "all"
            if args.installed:
                version, root = installed_version(package, arch), "/"
            else:
                version, root = unpack_package(package, arch, folder), os.path.join(folder, "root")
            for soname in sonames:
                soname = soname or dynamic_linker
                library = find_library(root, args.triple, soname)
                write_list(soname, library, package, version, out)


if __name__ == "__main__":
    main()
