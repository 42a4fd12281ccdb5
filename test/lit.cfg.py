"""lit: every test/FOLDER/BEHAVIOUR.test is a test.

  tools/run-tests build/release                     everything
  tools/run-tests build/release -- --filter stubs   some of it

In a RUN line: pkgimg or %pkgimg, %clang and %clangxx (clang-19), %data (the program's data
folder), %root (the source tree), LLVM's tools by their plain names (FileCheck, not, split-file,
llvm-readelf; ld.lld is LLVM's, never ours), and the programs of test/helpers.
"""
import fcntl
import glob
import os
import platform
import shutil
import subprocess
import sys

import lit.formats

config.name = "pkgimg-" + os.path.basename(config.build_root)
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test"]
config.excludes = ["Inputs", "helpers", "unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.build_root, "test", "out")

build_bin = os.path.join(config.build_root, "bin")
helpers = os.path.join(config.build_root, "test", "helpers")

# lit hands on almost nothing of the outer environment: no PKGIMG_*, no JULIA_*.
config.environment.pop("LIBRARY_PATH", None)
config.environment.update({
    "PATH": os.pathsep.join([config.llvm_bin, helpers, config.environment["PATH"], build_bin]),
    "LC_ALL": "C",
    "HOME": config.test_exec_root,
    "UBSAN_OPTIONS": "print_stacktrace=1",
})

clang, clangxx = shutil.which("clang-19"), shutil.which("clang++-19")
config.substitutions += [
    ("%pkgimg", os.path.join(build_bin, "pkgimg")),
    ("%clangxx", clangxx or "clang++-19"),
    ("%clang", clang or "clang-19"),
    ("%data", os.path.join(config.build_root, "share", "pkgimg")),
    ("%{python}", sys.executable),
    ("%{lit}", config.lit_program),
    ("%root", config.source_root),
    ("%build", config.build_root),
    # %golden WANTED GOT: compare; under tools/regold GOT becomes the new WANTED
    ("%golden", "sh -c 'cp \"$2\" \"$1\"' regold" if "regold" in lit_config.params else "diff -u"),
]

config.available_features.add(platform.machine() + "-" + platform.system().lower())
config.available_features.add("-".join(platform.libc_ver()))  # glibc-2.36
if config.build_type == "Release":
    config.available_features.add("release")
config.available_features.add("root" if os.geteuid() == 0 else "non-root")
if config.sanitize:
    config.available_features.add("sanitizer")

if os.path.exists(os.path.join(config.build_root, "lib", "libpkgimg-link.so")):
    config.available_features.add("link-library")  # preset release


if os.path.exists(os.path.join(helpers, "fuzz-open")):
    config.available_features.add("fuzzer")  # preset asan


def works(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


# a feature for each program that a test may do without
for program in ("clang-format-19", "gcc", "g++", "npm", "git", "make", "meson", "autoreconf",
                "libtoolize", "go", "ldc2", "gdb", "ninja", "qemu-x86_64", "valgrind"):
    if shutil.which(program):
        config.available_features.add(program)
if os.path.exists("/usr/include/eigen3/Eigen/Dense"):
    config.available_features.add("eigen")
# a cargo that works with this environment: rustup's looks for its toolchains in HOME
for folder in config.environment["PATH"].split(os.pathsep):
    cargo, rustc = os.path.join(folder, "cargo"), os.path.join(folder, "rustc")
    home = "HOME=" + config.environment["HOME"]
    if os.access(cargo, os.X_OK) and works("env", "-i", home, cargo, "--version"):
        config.available_features.add("cargo")
        config.substitutions.append(("%cargo", "env RUSTC=%s %s" % (rustc, cargo)))
        break
# compilers of other languages that make bitcode: Fortran's, Rust's by the LLVM that it has
flang = shutil.which("flang-new-19") or shutil.which(config.llvm_bin + "/flang-new")
if flang and glob.glob(config.llvm_bin + "/../lib/libFortranRuntime.a"):
    config.available_features.add("flang")
    config.substitutions += [("%flang", flang), ("%llvm-lib", config.llvm_bin + "/../lib")]


def rust_compilers():
    for program in ("/usr/bin/rustc", shutil.which("rustc")):
        if program and os.access(program, os.X_OK):
            home = subprocess.run([program, "--print", "sysroot"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()
            real = os.path.join(home, "bin", "rustc")  # rustup's own looks into HOME
            text = subprocess.run([real, "-vV"], stdout=subprocess.PIPE, text=True,
                                  check=False).stdout if os.access(real, os.X_OK) else ""
            version = [line.split()[2] for line in text.splitlines() if "LLVM version" in line]
            if version:
                yield real, int(version[0].split(".")[0])


for program, llvm_major in rust_compilers():
    name = "rustc" if llvm_major <= 19 else "rustc-newer"
    if name not in config.available_features:
        config.available_features.add(name)
        config.substitutions.append((f"%{{{name}}}", program))
rust_std = glob.glob("/usr/lib/*/libstd-*.so")
d_runtime = glob.glob("/usr/lib/*/libdruntime-ldc-shared.so.*")
if rust_std:
    config.available_features.add("rust-std")  # of Debian's rustc
    config.substitutions.append(("%{rust-std}", rust_std[0]))
if d_runtime:
    config.available_features.add("d-runtime")
    config.substitutions.append(("%{d-runtime}", d_runtime[0]))
# Windows programs; Debian's package has the program in no folder of PATH
wine = next(filter(None, map(shutil.which, ("wine64", "wine", "/usr/lib/wine/wine64"))), None)


def wine_prefix():
    """The one folder that wine works in, made by one process before any test: two that make it at
    the same time break each other (`could not load kernel32.dll`). None where wine cannot make
    it."""
    prefix = os.path.join(config.source_root, "build", "inputs", "wine")
    done = os.path.join(prefix, "system.reg")  # wine's server writes it when the last program ended
    os.makedirs(prefix, exist_ok=True)
    with open(prefix + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(done):
            setting = ["env", "WINEPREFIX=" + prefix, "WINEDEBUG=-all", "DISPLAY="]
            server = shutil.which("wineserver") or "/usr/lib/wine/wineserver"
            works(*setting, wine, "wineboot", "--init") and works(*setting, server, "-w")
    return prefix if os.path.exists(done) else None


prefix = wine and wine_prefix()
if prefix:
    config.available_features.add("wine")
    config.environment.update({"WINEPREFIX": prefix, "WINEDEBUG": "-all"})
    config.substitutions.append(("%wine", wine))
    if shutil.which("x86_64-w64-mingw32-gcc"):
        config.available_features.add("mingw")
if all(map(shutil.which, ("qemu-i386", "qemu-arm", "qemu-aarch64"))):
    config.available_features.add("qemu-user")
# SQLite's source, by tools/fetch-sqlite
sqlite = os.path.join(config.source_root, "build", "inputs", "sqlite3")
if os.path.exists(os.path.join(sqlite, "sqlite3.c")):
    config.available_features.add("sqlite")
    config.substitutions.append(("%sqlite", sqlite))
# another reader of Mach-O; Debian's package is for Debian's own Python
macholib = next((p for p in (sys.executable, "/usr/bin/python3")
                 if works(p, "-c", "import macholib.MachO")), None)
if macholib:
    config.available_features.add("macholib")
config.substitutions.append(("%{python-macholib}", macholib or sys.executable))
# a library that programs are linked against, to be replaced by one of ours
xxhash = glob.glob("/usr/lib/*/libxxhash.so.0")
if xxhash and os.path.exists("/usr/include/xxhash.h"):
    config.available_features.add("libxxhash")
    config.substitutions.append(("%xxhash", xxhash[0]))
    gdb = shutil.which("gdb")
    if gdb and works("sh", "-c", 'ldd "$1" | grep -q libxxhash.so.0', "sh", gdb):
        config.available_features.add("gdb-libxxhash")  # Debian's is linked against it
if os.path.exists("/usr/include/stb/stb_image.h"):
    config.available_features.add("stb")
# other CPUs under qemu, with Debian's C libraries for them: `%qemu-arm PROGRAM`, `%cross-arm/lib`
for cpu, triple in (("aarch64", "aarch64-linux-gnu"), ("arm", "arm-linux-gnueabihf"),
                    ("i386", "i686-linux-gnu"), ("ppc64le", "powerpc64le-linux-gnu"),
                    ("riscv64", "riscv64-linux-gnu"), ("s390x", "s390x-linux-gnu")):
    root, qemu = "/usr/" + triple, shutil.which("qemu-" + cpu)
    if qemu and os.path.exists(root + "/lib/crt1.o") and glob.glob(
            f"/usr/lib/gcc-cross/{triple}/*/libgcc.a"):
        config.available_features.add("qemu-" + cpu)
        config.substitutions += [("%qemu-" + cpu, f"{qemu} -L {root}"), ("%cross-" + cpu, root)]
if os.path.exists("/usr/lib/x86_64-linux-musl/crt1.o"):
    config.available_features.add("musl")
# files of another user's: root alone can give some away
give = 't=$(mktemp) && chown 12345 "$t"; r=$?; rm "$t"; exit $r'
if os.geteuid() == 0 and works("sh", "-c", give):
    config.available_features.add("chown")
# mounts of one's own, for a full disk: `unshare -rm sh -c "mount -t tmpfs -o size=64k ..."`
if works("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"):
    config.available_features.add("unshare-mount")
