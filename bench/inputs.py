"""Inputs of the rows, made once in the work folder from sources in the tree and pinned packages."""

import os
import shutil
import subprocess

from measure import Failed

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLANG = "clang-19"


class Inputs:
    def __init__(self, pkgimg, folder):
        self.pkgimg = os.path.abspath(pkgimg)
        self.folder = os.path.abspath(folder)
        os.makedirs(self.folder, exist_ok=True)

    def face(self, name):
        """pkgimg under another of its names"""
        return os.path.join(os.path.dirname(self.pkgimg), name)

    def path(self, *parts):
        p = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(p), exist_ok=True)
        return p

    def run(self, *argv, cwd=None):
        done = subprocess.run(argv, cwd=cwd or self.folder, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise Failed(f"'{' '.join(argv)}' ended with {done.returncode}: {done.stderr[-800:]}")
        return done.stdout

    def once(self, name, make):
        """The file `name`, by make(path) if it is not there or older than the program."""
        path = self.path(name)
        if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(self.pkgimg):
            make(path)
        return path

    def object(self, name, source, *flags, target=None):
        """C text -> object"""
        def make(path):
            c = path + ".c"
            with open(c, "w", encoding="utf-8") as f:
                f.write(source)
            self.run(CLANG, "-O2", "-fPIC", *(["--target=" + target] if target else []), *flags,
                     "-c", c, "-o", path)
        return self.once(name, make)

    def image_object(self, name, source, size, target=None):
        """An object of a package with `size` bytes of data, as `pkgimg build -c` makes it."""
        def make(path):
            c, bc = path + ".c", path + ".bc"
            with open(c, "w", encoding="utf-8") as f:
                f.write(f"const char blob[{size}] = {{1, 2, 3}};\n" + source)
            flags = ["--target=" + target] if target else []
            self.run(CLANG, "-O1", "-fPIC", *flags, "-emit-llvm", "-c", c, "-o", bc)
            self.run(self.pkgimg, "build", *flags, "-c", bc, "-o", path)
        return self.once(name, make)

    def sqlite(self):
        """SQLite's bitcode, -O1 -g as a compiler would hand it over"""
        def make(path):
            self.run(os.path.join(ROOT, "tools/fetch-sqlite"), cwd=ROOT)
            source = os.path.join(ROOT, "build/inputs/sqlite3/sqlite3.c")
            self.run(CLANG, "-O2", "-Xclang", "-disable-llvm-passes", "-w", "-fPIC", "-emit-llvm",
                     "-c", source, "-o", path)
        path = self.path("sqlite3.bc")
        if not os.path.exists(path):
            make(path)
        return path


def program(name):
    return shutil.which(name) is not None
