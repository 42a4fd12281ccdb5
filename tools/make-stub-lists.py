#!/usr/bin/env python3
"""Make stubs/lists/TRIPLE/*.list: what the libraries of a platform export, from Debian's packages.

  tools/make-stub-lists.py [--installed] [TRIPLE]

The packages are downloaded by apt and unpacked into a temporary folder; with --installed the files
of this machine are read instead. For Windows (windows-gnu) the definition files in mingw-w64's
source tell. The output is checked in; stubs/README.md describes the format.
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile

import windows_lists

# triple -> Debian's name of the architecture, and the dynamic linker's soname
PLATFORMS = {
    "x86_64-linux-gnu": ("amd64", "ld-linux-x86-64.so.2"),
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
        """(name, version or None, kind, size, address) of each that a link would take"""
        dynsym, versym = self.find(SHT_DYNSYM), self.find(SHT_VERSYM)
        strings = self.sections[dynsym["link"]]
        versions = self.versions()
        width = 24 if self.is64 else 16
        for i in range(1, dynsym["size"] // width):
            at = dynsym["offset"] + i * width
            if self.is64:
                name, info, _, shndx, value, size = self.unpack("IBBHQQ", at)
            else:
                name, value, size, info, _, shndx = self.unpack("IIIBBH", at)
            index = self.unpack("H", versym["offset"] + 2 * i)[0] if versym else 1
            if shndx == SHN_UNDEF or info >> 4 == STB_LOCAL or index == 0 or index & VERSYM_HIDDEN:
                continue
            name = self.text(strings, name)
            if shndx == SHN_ABS and name in versions.values():
                continue  # the marker of a version itself
            yield name, versions.get(index), KINDS[info & 15], size, (shndx, value)


def lines_of(elf):
    symbols = sorted((s for s in elf.symbols() if s[1] != "GLIBC_PRIVATE"),
                     key=lambda s: s[0].encode())
    first = {}  # address of an object -> the first name of it
    for name, version, kind, size, address in symbols:
        line = f"{name} {version or '-'} {kind} {size if kind != 'f' else 0}"
        if kind == "o" and first.setdefault(address, name) != name:
            line += f" ={first[address]}"
        yield line


def write_list(path, library, package, version, folder):
    elf = Elf(library)
    lines = list(lines_of(elf))
    machine = MACHINES[elf.machine, elf.is64, elf.little]
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, path + ".list"), "w", encoding="ascii", newline="\n") as f:
        f.write("# Made by tools/make-stub-lists.py from Debian's "
                f"{package} {version}; do not edit.\n")
        f.write(f"soname {elf.soname()}\nmachine {machine}\n")
        f.writelines(f"version {v}\n" for _, v in sorted(elf.versions().items())
                     if any(f" {v} " in line for line in lines))
        f.writelines(line + "\n" for line in lines)
    print(f"{os.path.join(folder, path)}.list: {len(lines)} symbols")


def find_library(root, triple, soname):
    for folder in ("lib", f"lib/{triple}", f"usr/lib/{triple}", "lib64"):
        path = os.path.join(root, folder, soname)
        if os.path.isfile(path):
            return path
    sys.exit(f"{root}: no {soname} in it")


def unpack_package(package, arch, folder):
    """download and unpack; returns the version"""
    subprocess.run(["apt-get", "-o", "APT::Sandbox::User=root", "download", "-q",
                    f"{package}:{arch}"], cwd=folder, check=True,
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
                        choices=[*PLATFORMS, WINDOWS])
    parser.add_argument("--installed", action="store_true", help="read this machine's libraries")
    args = parser.parse_args()
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../stubs/lists", args.triple)
    out = os.path.normpath(out)
    if args.triple == WINDOWS:
        windows_lists.write_lists(out)
        return
    arch, dynamic_linker = PLATFORMS[args.triple]
    with tempfile.TemporaryDirectory() as folder:
        for package, sonames in PACKAGES.items():
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
