"""Symbol lists of Windows DLLs from mingw-w64's source package: definition files, one for all CPUs
or several, with macros that say which CPU has what. tools/make-stub-lists.py calls this."""
import os
import re
import subprocess
import sys
import tempfile

PACKAGE = "mingw-w64"
# our name of a CPU, its macro in the definition files, and its folder, which has precedence
CPUS = [("x86_64", "DEF_X64", "lib64"), ("i386", "DEF_I386", "lib32"),
        ("aarch64", "DEF_ARM64", "libarm64"), ("arm", "DEF_ARM32", "libarm32")]
DEFINITIONS = ["advapi32", "bcrypt", "comctl32", "comdlg32", "crypt32", "dbghelp", "gdi32",
               "imm32", "iphlpapi", "kernel32", "msvcrt", "ncrypt", "netapi32", "ntdll", "ole32",
               "oleaut32", "powrprof", "psapi", "rpcrt4", "secur32", "setupapi", "shell32",
               "shlwapi", "ucrtbase", "user32", "userenv", "version", "winmm", "ws2_32",
               "api-ms-win-crt-conio-l1-1-0", "api-ms-win-crt-convert-l1-1-0",
               "api-ms-win-crt-environment-l1-1-0", "api-ms-win-crt-filesystem-l1-1-0",
               "api-ms-win-crt-heap-l1-1-0", "api-ms-win-crt-locale-l1-1-0",
               "api-ms-win-crt-math-l1-1-0", "api-ms-win-crt-multibyte-l1-1-0",
               "api-ms-win-crt-private-l1-1-0", "api-ms-win-crt-process-l1-1-0",
               "api-ms-win-crt-runtime-l1-1-0", "api-ms-win-crt-stdio-l1-1-0",
               "api-ms-win-crt-string-l1-1-0", "api-ms-win-crt-time-l1-1-0",
               "api-ms-win-crt-utility-l1-1-0"]
# NAME[@BYTES] [== OTHER] [@ORDINAL [NONAME]] [DATA]
LINE = re.compile(r"""(?P<name>[^\s=@]+)(?:@(?P<args>\d+))?
                      (?:\s*==\s*(?P<other>[^\s=@]+)(?:@\d+)?)?
                      (?P<rest>(?:\s+(?:@\d+|NONAME|DATA|PRIVATE))*)\s*$""", re.VERBOSE)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*$")


def unpack_source(folder):
    """mingw-w64's source, by apt; returns the folder of the definition files and the version.
    Where apt knows packages only (no deb-src), its sources are read as if they were both."""
    parts, lists = os.path.join(folder, "parts"), os.path.join(folder, "lists")
    os.makedirs(parts)
    os.makedirs(os.path.join(lists, "partial"))
    known = "/etc/apt/sources.list.d/debian.sources"
    with open(known, encoding="utf-8") as f, \
            open(os.path.join(parts, "src.sources"), "w", encoding="utf-8") as out:
        out.write(re.sub(r"^Types:.*$", "Types: deb-src", f.read(), flags=re.MULTILINE))
    apt = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "-o", "Dir::Etc::sourcelist=/dev/null",
           "-o", f"Dir::Etc::sourceparts={parts}", "-o", f"Dir::State::lists={lists}"]
    subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*apt, "source", "--download-only", PACKAGE], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL)
    files = os.listdir(folder)
    dsc = next(f for f in files if f.endswith(".dsc"))
    source = next(f for f in files if ".orig.tar." in f and not f.endswith(".asc"))
    subprocess.run(["tar", "xf", source, "--strip-components=1"], cwd=folder, check=True)
    return os.path.join(folder, "mingw-w64-crt"), dsc[:-len(".dsc")].split("_")[1]


def definition_of(root, folder, name):
    for where in (folder, "lib-common"):
        for suffix in (".def", ".def.in"):
            path = os.path.join(root, where, name + suffix)
            if os.path.isfile(path):
                return path
    return sys.exit(f"{root}: no definition file for {name}")


def preprocessed(root, path, macro):
    if not path.endswith(".in"):
        with open(path, encoding="latin-1") as f:
            return f.read()
    return subprocess.run(["clang-19", "-E", "-P", "-w", "-undef", "-nostdinc", "-x", "c",
                           f"-D{macro}", f"-I{root}/def-include", path],
                          check=True, capture_output=True, encoding="latin-1").stdout


def exports_of(text, cpu):
    """(DLL, {name: (kind, imported name or None, bytes of arguments or None)}): what C code can
    name and the loader finds by name"""
    dll, symbols = None, {}
    for line in text.splitlines():
        line = line.split(";")[0].strip()
        if line.startswith("LIBRARY"):
            dll = line.split()[1].strip('"').lower()
            continue
        m = LINE.match(line)
        if not m or not NAME.match(m["name"]) or "NONAME" in m["rest"]:
            continue
        kind = "o" if "DATA" in m["rest"] else "f"
        args = int(m["args"]) if m["args"] and cpu == "i386" else None
        other = m["other"] if m["other"] != m["name"] else None
        if m["name"] not in ("EXPORTS", "NAME") and (not other or NAME.match(other)):
            symbols.setdefault(m["name"], (kind, other, args))
    return dll if "." in dll else dll + ".dll", symbols


def settle(name, forms):
    """Data or function, where definition files of different CPUs do not agree. A function of ARM
    that is data on x86 is one of which MinGW has its own there and hides the DLL's: any code can
    call it, but for long double, which is another type in the DLL. All else is data."""
    kinds = {cpu: form[0] for cpu, form in forms.items()}
    if len(set(kinds.values())) == 1:
        return forms
    if any(kinds.get(cpu) == "f" for cpu in ("aarch64", "arm")):
        wide = name.endswith("l") or name.startswith("nexttoward")
        return {cpu: ("f", *form[1:]) for cpu, form in forms.items()
                if form[0] == "f" or not wide}
    return {cpu: ("o", *form[1:]) for cpu, form in forms.items()}


def lines_of(by_cpu):
    """One line for each form that a name has; which CPUs have it is said where not all do."""
    for name in sorted({n for symbols in by_cpu.values() for n in symbols}, key=str.encode):
        cpus_of = {}
        forms = {cpu: symbols[name] for cpu, symbols in by_cpu.items() if name in symbols}
        for cpu, (kind, other, args) in settle(name, forms).items():
            cpus_of.setdefault((kind, other), []).append(cpu)
        args = by_cpu["i386"].get(name, (None, None, None))[2]
        for (kind, other), cpus in cpus_of.items():
            line = f"{name} - {kind} 0"
            line += f" ={other}" if other else ""
            line += f" @{args}" if args is not None and "i386" in cpus else ""
            line += f" on:{','.join(cpus)}" if len(cpus) < len(CPUS) else ""
            yield line


def write_lists(out):
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root, version = unpack_source(folder)
        for name in DEFINITIONS:
            by_cpu = {}
            for cpu, macro, where in CPUS:
                text = preprocessed(root, definition_of(root, where, name), macro)
                dll, by_cpu[cpu] = exports_of(text, cpu)
            path = os.path.join(out, dll + ".list")
            lines = list(lines_of(by_cpu))
            with open(path, "w", encoding="ascii", newline="\n") as f:
                f.write("# Made by tools/make-stub-lists.py from Debian's source of "
                        f"{PACKAGE} {version}; do not edit.\nsoname {dll}\n"
                        "machine any\n")
                f.writelines(line + "\n" for line in lines)
            print(f"{path}: {len(lines)} symbols")
