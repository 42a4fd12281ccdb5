#!/usr/bin/env python3
"""Compare pkgimg's link lines with recorded ones of clang 19.

  compare.py SAMPLE.jsonl PKGIMG [--targets REGEX]

A case is one line of JSON: argv, the arguments; rc, clang's exit status; link, the words of each
link job, the linker first; stdout, the answer to a -print- question. %S stands for the sysroot's
folder and %R for clang's resource folder. Sysroots are trees of empty files made here; so is the
resource folder, with the files that the recorded lines name in it, so that no clang is needed.
Prints each case that differs, then the number of those that do not; exit 1 if one did.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

GCC = ["crtbegin.o", "crtbeginS.o", "crtbeginT.o", "crtend.o", "crtendS.o", "libgcc.a"]
CRT = ["crt1.o", "Scrt1.o", "rcrt1.o", "gcrt1.o", "crti.o", "crtn.o", "libc.so"]
DEBIAN = ["x86_64-linux-gnu", "i386-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf",
          "riscv64-linux-gnu", "powerpc64le-linux-gnu", "s390x-linux-gnu"]
MINGW = ["crt2.o", "crt2u.o", "dllcrt2.o", "gcrt2.o", "libmsvcrt.a", "libkernel32.a"]
FOLDERS = ["lib1", "lib2", "bdir", "dir", "fw", "fw2", "x", "MacOSX14.0.sdk/usr/lib", "empty",
           "debian"]
FILES = {
    "x.o": "\x7fELF", "y.o": "\x7fELF", "libfoo.a": "!<arch>\n", "map.ld": " ", "list.sym": " ",
    "x.def": " ", "prog": " ", "a.dylib": " ",
    "args.rsp": "-L\"dir with space\" -lfoo 'y.o' -Wl,-a\\,b\n",
    "link.rsp": "--gc-sections\n",
    "MacOSX14.0.sdk/SDKSettings.json": json.dumps({
        "Version": "14.0", "MaximumDeploymentTarget": "14.0.99", "VersionMap": {
            "macOS_iOSMac": {"10.15": "13.1", "11.0": "14.2", "14.0": "17.0"},
            "iOSMac_macOS": {"13.1": "10.15", "14.2": "11.0", "17.0": "14.0"}}}),
}


def debian_files():
    for triple in DEBIAN:
        yield from (f"usr/lib/gcc/{triple}/12/{name}" for name in GCC)
        yield from (f"usr/lib/{triple}/{name}" for name in CRT)
        yield f"lib/{triple}/ld.so"
    yield from (f"usr/lib/gcc/x86_64-w64-mingw32/12-win32/{name}"
                for name in ("crtbegin.o", "crtend.o", "libgcc.a"))
    yield from (f"usr/x86_64-w64-mingw32/lib/{name}" for name in MINGW)


class Trees(tempfile.TemporaryDirectory):
    """the working folder with its sysroots, and a resource folder beside it"""

    def __enter__(self):
        top = os.path.realpath(super().__enter__())
        self.work, self.resource = os.path.join(top, "work"), os.path.join(top, "res")
        for name in FOLDERS:
            os.makedirs(os.path.join(self.work, name))
        for name, text in FILES.items():
            self.make(self.work, name, text)
        for name in debian_files():
            self.make(self.work, "debian/" + name)
        os.makedirs(os.path.join(self.resource, "lib"))
        return self

    @staticmethod
    def make(folder, name, text=""):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="latin-1") as f:
            f.write(text)

    def resource_files(self, cases):
        """The system layout's files are in lines only if they are there; a target's own folder is
        named as well when it is not."""
        for case in cases:
            for word in sum(case["link"], []):
                m = re.search(r"%R/(lib/\w+/[^/]+\.(?:a|o|so|syms|dylib))$", word)
                if m:
                    self.make(self.resource, m.group(1))


def words_of(line):
    return [re.sub(r'\\(["\\$])', r"\1", w) for w in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]


def difference(trees, driver, case):
    """None, or (wanted, got)"""
    sysroot = os.path.join(trees.work, case["sysroot"])
    argv = [w.replace("%S", sysroot) for w in case["argv"]]
    p = subprocess.run([*driver, "-resource-dir=" + trees.resource, *argv], cwd=trees.work,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, errors="replace", timeout=60, check=False,
                       env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})

    def hide(text):
        text = text.replace(trees.resource, "%R").replace(sysroot, "%S")
        return re.sub(r"/tmp/[\w.-]*x-[0-9a-f]+/?", "%T/", text)

    if case["rc"]:
        refused = p.returncode in (1, 2)
        return None if refused else ("an error", f"exit {p.returncode}")
    if not case["link"] and "stdout" in case:
        got = hide(p.stdout.strip())
        return None if got == case["stdout"] else (case["stdout"], got)
    got = [[hide(w) for w in words_of(line)[1:]] for line in p.stderr.splitlines()
           if line.startswith(' "')]
    wanted = [[hide(w) for w in job[1:]] for job in case["link"]]
    return None if got == wanted else (wanted, got or p.stderr)


def main():
    parser = argparse.ArgumentParser(description="compare link lines with recorded ones")
    parser.add_argument("sample")
    parser.add_argument("pkgimg")
    parser.add_argument("--targets", default="")
    options = parser.parse_args()
    with open(options.sample, encoding="utf-8") as f:
        cases = [json.loads(line) for line in f]
    cases = [c for c in cases if re.search(options.targets, c["target"])]
    bad = 0
    with Trees() as trees, concurrent.futures.ThreadPoolExecutor(2) as pool:
        trees.resource_files(cases)
        driver = [options.pkgimg, "link"]
        for case, diff in zip(cases, pool.map(lambda c: difference(trees, driver, c), cases)):
            if diff:
                bad += 1
                print(f"{case['id']}\n  wanted {diff[0]}\n  got    {diff[1]}")
    print(f"{len(cases) - bad} of {len(cases)} as clang's")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
