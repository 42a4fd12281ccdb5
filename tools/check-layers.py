#!/usr/bin/env python3
"""Check the direction of the tree: tools/check-layers.py [ROOT]. Exit 1 with a list of offences.

  - a folder includes only from the folders in LAYERS;
  - only base/diag.c writes to stderr, only cli/ and driver/print.c to stdout (see LOUD);
  - C++ only in llvm/; no TODO without an issue.
"""
import os
import re
import sys

# folder -> what its files may include; "*" = everything
# LLVM's own headers ("llvm-c/Core.h") count as the folder llvm-c
LAYERS = {
    "base": ["base"],
    "image": ["image"],
    "llvm": ["base", "driver/options.h", "image/cpu_queries.h", "llvm", "llvm-c", "lld"],
    "stubs": ["base", "stubs"],
    "toolchains": ["base", "stubs", "toolchains"],
    "driver": ["base", "toolchains", "stubs", "llvm", "driver", "include/pkgimg"],
    "frontend": ["image", "driver", "toolchains", "stubs", "llvm", "llvm-c", "base",
                 "include/pkgimg", "frontend"],
    "cache": ["image", "base", "include/pkgimg", "cache"],
    "workspace": ["cache", "image", "base", "frontend/manifest.h", "toolchains/link_job.h",
                  "include/pkgimg", "workspace"],
    "runtime": ["image", "include/pkgimg", "runtime"],
    "include": ["include/pkgimg"],
    "cli": ["*"],
    "test": ["*"],
    "bench": ["*"],
    "examples": ["include/pkgimg", "examples"],
}
# who may write to stdout or stderr by itself
LOUD = ("base/diag.c", "driver/print.c", "cli/", "test/", "bench/", "examples/", "llvm/xml2_lazy.c")
CODE = (".c", ".h", ".cpp", ".td")

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
# writes to the process's own streams; f(f)printf to a FILE of the caller is fine
NOISE = re.compile(r"\b(stderr|perror|(?<!\w)(?:printf|puts|putchar|vprintf)\s*\()")
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b(?!.*#\d)")


def sources(root):
    for folder in sorted(LAYERS):
        for path, folders, files in os.walk(os.path.join(root, folder)):
            folders[:] = sorted(f for f in folders if f != "Inputs")
            for name in sorted(files):
                if name.endswith(CODE):
                    yield os.path.relpath(os.path.join(path, name), root)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_text(code):
    """comments and strings blanked out, lines kept"""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, code,
                  flags=re.S)


def target_of(root, path, name):
    """the included file, as seen from the root; None if it is generated"""
    if name.startswith("pkgimg/"):
        return "include/" + name
    beside = os.path.join(os.path.dirname(path), name)
    if "/" not in name:
        return beside if os.path.exists(os.path.join(root, beside)) else None
    return name


def may_include(folder, target):
    allowed = LAYERS[folder]
    return "*" in allowed or any(target == a or target.startswith(a + "/") for a in allowed)


def check(root, path):
    folder = path.split(os.sep)[0]
    with open(os.path.join(root, path), encoding="utf-8") as f:
        text = f.read()
    if path.endswith(".cpp") and folder not in ("llvm", "test", "bench"):
        yield 1, "C++ is only for llvm/"
    for number, line in enumerate(text.splitlines(), 1):
        include = INCLUDE.match(line)
        target = include and target_of(root, path, include.group(1))
        if target and not may_include(folder, target):
            yield number, (f"'{folder}' may not include \"{include.group(1)}\"; it may include "
                           + ", ".join(LAYERS[folder]))
        if TODO.search(line):
            yield number, "a TODO wants the number of its issue (#12)"
    if path.startswith(LOUD):
        return
    for number, line in enumerate(without_text(text).splitlines(), 1):
        noise = NOISE.search(line)
        if noise:
            name = noise.group(1).rstrip(" (")
            yield number, f"'{name}' is for base/diag.c and cli/; report by diag_at"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    bad = 0
    for path in sources(root):
        for number, what in check(root, path):
            print(f"{path}:{number}: {what}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
