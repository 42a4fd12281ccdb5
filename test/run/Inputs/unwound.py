"""unwound.py elf|pe|macho IMAGE: are all functions known to who unwinds the stack? Reads what
LLVM's tools print, and ELF's binary search table itself. Prints names that are not covered, and a
count."""
import re
import struct
import subprocess
import sys


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def functions(path):
    """name -> address of what lies in code"""
    found = {}
    for line in run("llvm-nm", "--defined-only", path).splitlines():
        address, kind, name = line.split(None, 2)
        if kind in "tTW" and not re.match(r"_?(ltmp|\.|L)", name):
            found[name] = int(address, 16)
    return found


def elf_table(path):
    """the ranges of the FDEs, each by its row in .eh_frame_hdr's table"""
    ranges = {}
    text = run("llvm-dwarfdump", "--eh-frame", path)
    for m in re.finditer(r"FDE cie=.* pc=([0-9a-f]+)\.\.\.([0-9a-f]+)", text):
        ranges[int(m[1], 16)] = int(m[2], 16)
    sections = run("llvm-readelf", "-SW", path)
    m = re.search(r"\.eh_frame_hdr\s+PROGBITS\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", sections)
    at, offset, size = (int(x, 16) for x in m.groups())
    with open(path, "rb") as f:
        data = f.read()[offset:offset + size]
    assert data[:4] == b"\x01\x1b\x03\x3b", data[:4]  # pcrel, udata4, datarel sdata4
    count = struct.unpack_from("<I", data, 8)[0]
    starts = [at + struct.unpack_from("<i", data, 12 + 8 * i)[0] for i in range(count)]
    assert starts == sorted(starts)
    return [(s, ranges[s]) for s in starts]


def pe_table(path):
    text = run("llvm-readobj", "--unwind", path)
    row = r"StartAddress: .*?\(?(0x[0-9A-F]+)\)?\n\s+EndAddress: .*?\(?(0x[0-9A-F]+)\)?\n"
    return [(int(s, 16), int(e, 16)) for s, e in re.findall(row, text)]


def macho_table(path):
    text = run("llvm-objdump", "--macho", "--unwind-info", path)
    row = r"function offset=0x([0-9a-f]+), encoding(?:\[\d+\])?=0x([0-9a-f]+)"
    rows = sorted((int(at, 16), int(code, 16)) for at, code in re.findall(row, text))
    end = int(re.search(r"offset=0x([0-9a-f]+), 2nd level page offset=0x00000000", text)[1], 16)
    ends = [start for start, _ in rows[1:]] + [end]
    return [(start, e) for (start, encoding), e in zip(rows, ends) if encoding]  # 0: not known


def is_leaf(path, name):
    """Windows takes a function without rows for one that leaves the stack pointer alone"""
    text = run("llvm-objdump", "--no-show-raw-insn", "-d", "--disassemble-symbols=" + name, path)
    body = text[text.index("<" + name + ">"):]
    return not re.search(r"\b(push|call|pop)|, %rsp", body)


kind, path = sys.argv[1:]
table = {"elf": elf_table, "pe": pe_table, "macho": macho_table}[kind](path)
known = functions(path)
bare = [n for n, a in known.items() if not any(s <= a < e for s, e in table)]
if kind == "pe":
    bare = [n for n in bare if not is_leaf(path, n)]
for name in sorted(bare):
    print(name)
print(f"{len(known)} functions, {len(bare)} not covered")
