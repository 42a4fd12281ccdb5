"""Inputs of the rows, made once in the work folder from sources in the tree and pinned packages."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

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

    def sqlite_built(self):
        """SQLite as an image and as a plain shared library"""
        bc = self.sqlite()
        return (self.once("sqlite3-image.so", lambda path: self.run(
                    self.pkgimg, "build", bc, "--name=sqlite3", "-o", path)),
                self.once("sqlite3-plain.so", lambda path: self.run(
                    CLANG, "-O2", "-fPIC", "-shared", "-fuse-ld=lld", bc, "-o", path)))

    def many_images(self, n):
        """a folder of n tiny images, p0.so and so on"""
        def make(path):
            os.makedirs(path, exist_ok=True)
            with open(path + ".c", "w", encoding="utf-8") as f:
                f.write("static int n;\nint add(int a, int b) { n++; return a + b; }\n")
            self.run(CLANG, "-g", "-O1", "-emit-llvm", "-c", path + ".c", "-o", path + ".bc")
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(lambda i: self.run(
                    self.pkgimg, "build", path + ".bc", f"--name=p{i}", "-o", f"{path}/p{i}.so"),
                    range(n)))
        return self.once("many-images", make)

    def host_program(self, name, libraries=("pkgimg",)):
        """bench/NAME.c with libraries of the build, static"""
        folder = os.path.join(os.path.dirname(os.path.dirname(self.pkgimg)), "lib")
        own = [os.path.join(folder, f"lib{name}.a") for name in libraries]
        return self.once(os.path.basename(name), lambda path: self.run(
            CLANG, "-O2", "-Wall", "-D_GNU_SOURCE", "-I" + ROOT, "-I" + ROOT + "/include",
            f"{ROOT}/bench/{name}.c", *own, "-ldl", "-lm", "-lpthread", "-o", path))


def program(name):
    return shutil.which(name) is not None
