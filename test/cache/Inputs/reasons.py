"""Make every reason for which an image can be refused happen to a real image of a real store.

usage: reasons.py ROOT FOLDER    (in FOLDER: nothing; pkgimg and cache-torture in PATH)

Prints for each reason the line of `pkgimg cache explain`, after which the package was built again
by `pkgimg build --cache` and that image was a hit. Ends with 1 if a reason of
include/pkgimg/cache.h did not happen, or a package was not mended."""

import glob
import os
import re
import shutil
import subprocess
import sys

CLANG = "clang-19"
GEO = "geo/geo.yaml"


def run(*argv, ok=True):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if ok and done.returncode:
        sys.exit(f"{' '.join(argv)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def write(path, text, mode="w"):
    with open(path, mode) as f:
        f.write(text)


def compile_c(name, text, *options):
    write(name + ".c", text)
    # folders have names of several lengths, and debug information has them
    run(CLANG, "-g", "-fdebug-compilation-dir=.", "-O1", "-fPIC", "-emit-llvm", "-c", name + ".c",
        "-o", name + ".bc", *options)


def manifest(more=""):
    write(GEO, "schema: 1\nname: geo\nversion: 1.2\nmodules: [geo.bc]\n" + more)


def base(text="int base_one(int a) { return a; }\n", *options):
    compile_c("base", text)
    run("pkgimg", "build", "base.bc", "-o", "base.so", *options)


def file_of(suffix):
    return glob.glob("s/v1/geo/*" + suffix)[0]


class Sidecar:
    """read by cache/FORMAT.md; written back with its sum made right"""

    def __init__(self):
        self.path = file_of(".pki")
        with open(self.path, "rb") as f:
            self.data = bytearray(f.read())

    def byte(self, at, value):
        self.data[at] = value
        return self

    def save(self, right_sum=True):
        write(self.path, bytes(self.data), "wb")
        if right_sum:
            run("cache-torture", "sum", self.path)


def change(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))


def as_folder():
    os.remove(file_of(".pki"))
    os.mkdir(f"s/v1/geo/{'0' * 16}.pki")


def moved():
    os.rename("s/v1/geo", "s/v1/other")
    write(GEO, "schema: 1\nname: other\nversion: 1.2\nmodules: [geo.bc]\n")


def same_name_other_build():
    shutil.copy("geo/geo.bc", "kept.bc")
    compile_c("geo/geo", "int geo_two(int a) { return a - 2; }\n")
    run("pkgimg", "build", GEO, "-o", "geo.so")
    shutil.move("kept.bc", "geo/geo.bc")
    run(sys.executable, os.path.join(os.path.dirname(__file__), "same-size.py"), "geo.so",
        file_of(".so"))


def by_another_pkgimg():
    """The same program with another build id: what a new build of pkgimg finds in the store."""
    program = shutil.which("pkgimg")
    notes = run("llvm-readelf", "-n", program)
    own = bytes.fromhex(re.search(r"Build ID: (\w+)", notes).group(1))
    with open(program, "rb") as f:
        data = f.read()
    assert data.count(own) == 1
    os.mkdir("bin")
    write("bin/pkgimg", data.replace(own, own[::-1]), "wb")
    os.chmod("bin/pkgimg", 0o755)
    share = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(program))), "share")
    os.symlink(share, "share")
    shutil.rmtree("s")
    run("bin/pkgimg", "build", "--cache", "--store=s", GEO)
    os.remove("bin/pkgimg")


def data_only_base():
    run("pkgimg", "build", "base.bc", "-o", "base.pkgimg", *DATA)


DEP = ["--dependency=base=base.so"]
DEPFILE = ["--depfile=geo.d"]
ARM = "--target=aarch64-linux-gnu"
DATA = ["--pkgimage-native-code=no"]
HOST = None  # what `pkgimg build` never asks for: a program that uses pkgimg/cache.h does


# code: (options of the first build, what happens, options of the second). Sidecars are written here
# where the reason is a damaged one, or one of another version of the format.
CASES = {
    "unreadable": ([], as_folder, []),
    "magic": ([], lambda: write(file_of(".pki"), "hello"), []),
    "version": ([], lambda: Sidecar().byte(8, 9).save(), []),
    "malformed": ([], lambda: Sidecar().byte(12, 0x80).save(), []),
    "sidecar-checksum": ([], lambda: Sidecar().byte(200, 7).save(False), []),
    "key": ([], lambda: os.rename(file_of(".pki"), f"s/v1/geo/{'a' * 16}.pki"), []),
    "package": ([], moved, []),
    "uuid": ([], None, ["--uuid=f81d4fae-7dec-11d0-a765-00a0c91e6bf6"]),
    "package-version": ([], None, ["--package-version=1.3"]),
    "toolchain": ([], by_another_pkgimg, []),
    "abi": ([], lambda: compile_c("geo/geo", "int geo_one(int a) { return a; }\n", ARM),
            [ARM]),
    "flags": ([], None, ["-O3"]),
    "preferences": ([], lambda: manifest("preferences: { threads: 8 }\n"), []),
    "native-required": (DATA, None, []),
    "native-forbidden": ([], None, DATA),
    "cpu-target": ([], None, ["--cpu-target=x86-64-v2"]),
    "cpu-host": (["--cpu-target=x86-64-v3"],
                 lambda: os.environ.update(PKGIMG_CPU_CAP="x86-64-v2"), ["--cpu-target=x86-64-v3"]),
    "library-missing": ([], lambda: os.remove(file_of(".so")), []),
    "library-size": ([], lambda: os.truncate(file_of(".so"), 99), []),
    "library-checksum": ([], lambda: change(file_of(".so"), 700), []),
    "build-id": ([], same_name_other_build, []),
    "base-changed": HOST,
    "dependency-missing": (DEP, None, []),
    "dependency-added": ([], None, DEP),
    "dependency-uuid": (DEP, lambda: base("int base_one(int a) { return a; }\n",
                                          "--uuid=f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), DEP),
    "dependency-interface": (DEP, lambda: base("int base_one(long a) { return (int)a; }\n"), DEP),
    "dependency-build": HOST,
    "dependency-form": (DEP, data_only_base,
                        ["--dependency=base=base.pkgimg", "--pkgimage-native-code=existing"]),
    "root-unresolved": HOST,
    "source-list": ([], lambda: (shutil.copy("geo/geo.bc", "geo/geo2.bc"), manifest(),
                                 write(GEO, "schema: 1\nname: geo\nversion: 1.2\n"
                                            "modules: [geo2.bc]\n")), []),
    "source-missing": (DEPFILE, lambda: (os.remove("geo/geo.h"), write("geo.d", "geo.bc:\n")),
                       DEPFILE),
    "source-size": (DEPFILE, lambda: write("geo/geo.h", "/* more */\n", "a"), DEPFILE),
    "source-content": (DEPFILE, lambda: write("geo/geo.h", "/* x */\n"), DEPFILE),
    "source-time": HOST,
    "forced": ([], None, ["--rebuild"]),
}


def prepare(folder):
    os.makedirs(os.path.join(folder, "geo"))
    os.chdir(folder)
    write("geo/geo.h", "/* g */\n")
    compile_c("geo/geo", "int geo_one(int a) { return a + 1; }\n")
    write("geo.d", "geo.bc: geo/geo.h\n")
    manifest()
    base()


def happen(code):
    """returns the line that explains it"""
    if CASES[code] is HOST:
        return run("cache-torture", "host", os.getcwd(), code).strip()
    first, what, second = CASES[code]
    run("pkgimg", "build", "--cache", "--store=s", GEO, *first)
    if what:
        what()
    if second is None:  # the reason of who reads it whole
        text = run("pkgimg", "cache", "verify", "--store=s", ok=False)
        run("pkgimg", "cache", "verify", "--store=s", "--repair", ok=False)
        run("pkgimg", "cache", "verify", "--store=s")
    else:
        text = run("pkgimg", "cache", "explain", "--store=s", GEO, *second)
        said = run("pkgimg", "build", "--cache", "--store=s", "--verbose", GEO, *second)
        again = run("pkgimg", "build", "--cache", "--store=s", "--verbose", GEO,
                    *[o for o in second if o != "--rebuild"])
        if "cache: built" not in said or ("cache: hit" not in again and code != "cpu-host"):
            sys.exit(f"{code}: not mended: {said}{again}")
    found = re.search(rf"^.*\b{code}: .*$", text, re.M)
    if not found:
        sys.exit(f"{code} did not happen: {text}")
    return found.group().strip()


def codes(root):
    with open(os.path.join(root, "include/pkgimg/cache.h"), encoding="utf-8") as f:
        return re.findall(r'PKGIMG_REJECT_\w+ = \d+, +/\* "([a-z-]+)"', f.read())


def main(root, folder):
    wanted = codes(root)
    if len(wanted) < 35 or set(wanted) != set(CASES):
        sys.exit(f"the cases are not the reasons of cache.h: {set(wanted) ^ set(CASES)}")
    prepare(os.path.join(folder, "as-it-was"))
    for code in wanted:
        place = os.path.join(folder, code)
        shutil.copytree(os.path.join(folder, "as-it-was"), place)
        os.chdir(place)
        print(happen(code))
        os.environ.pop("PKGIMG_CPU_CAP", None)
        os.chdir(folder)


main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
