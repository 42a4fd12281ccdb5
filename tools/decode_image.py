#!/usr/bin/env python3
"""Print a package image as JSON: a second reader, written from image/FORMAT.md alone.

usage: decode_image.py [--heap] IMAGE

The output has the shape of `pkgimg inspect --json IMAGE`, so that a test can compare the two as
parsed JSON; with --heap, it is the heap part (sections 12 to 15). It trusts its input: broken files
end in an exception, not in a diagnosis. Sums and digests are printed, not computed.
"""
import json
import os
import struct
import sys

KINDS = ("void bool int uint char uchar float complex utf other pointer reference "
         "rvalue_reference member_pointer nullptr array vector struct class union enum typedef "
         "const volatile restrict atomic function opaque").split()
POINTERS = {"pointer": "*", "reference": "&", "rvalue_reference": "&&", "member_pointer": "::*"}
QUALIFIERS = {"const": "const", "volatile": "volatile", "restrict": "restrict",
              "atomic": "_Atomic"}
TAGS = ("struct", "class", "union", "enum")
TYPE_FLAGS = ["variadic", "signed", "packed", "no_prototype"]
MEMBER_FLAGS = ["bitfield", "base", "static", "virtual_base", "artificial", "anonymous"]
TABLES = {1: "strings", 2: "package", 3: "targets", 4: "needs", 5: "dependencies", 6: "types",
          7: "members", 8: "methods", 9: "params", 10: "globals", 11: "addresses",
          12: "dispatch", 13: "entries", 14: "heap", 15: "heap_sections", 16: "heap_types",
          17: "heap_pointers", 18: "roots", 19: "heap_relocs", 20: "binds", 21: "variables",
          22: "interned", 23: "hooks", 24: "inserts", 25: "bitcode", 26: "uses",
          27: "imports"}
ENTRIES = {"package": "<8I16s", "targets": "<4I4Q", "needs": "<2I", "dependencies": "<2I16s16s2Q2I",
           "types": "<4BIQIIQIIQ", "members": "<4Iq", "methods": "<8I", "params": "<I",
           "globals": "<4IQ4I", "addresses": "<i",
           "dispatch": "<4I", "entries": "<i", "heap": "<7Q2I", "heap_sections": "<2I2Q",
           "heap_types": "<8IQ", "heap_pointers": "<2I", "roots": "<2IQ", "heap_relocs": "<2I5Q",
           "binds": "<Q4Iq", "variables": "<2IQ", "interned": "<2Q2IQ", "hooks": "<Q2I",
           "inserts": "<4IQ", "bitcode": "<2I2Q", "uses": "<4IQ", "imports": "<6I"}
UNBOUNDED = 2**64 - 1
NO_ADDRESS = 2**32 - 1
MAX_NEST = 64
MAX_TEXT = 65535


class Type:
    """Section 7: one entry of the type table."""

    def __init__(self, row):
        (self.kind, self.tag, self.flags, self.depth, self.name, self.size, self.align,
         self.target, self.count, self.members, self.nmembers, self.digest) = row
        self.kind = KINDS[self.kind]


class Text:
    """Section 8: writes declarations."""

    def __init__(self, image, style):
        self.image = image
        self.style = style
        self.out = ""
        self.level = 0
        self.named = False

    def put(self, s):
        if s:
            self.out += s
            self.named = False

    def gap(self):
        if self.out and self.out[-1] not in "*&( ":
            self.put(" ")

    def word(self, s):
        self.gap()
        self.put(s)

    def behind(self, index):
        while self.image.types[index].kind in QUALIFIERS:
            index = self.image.types[index].target
        return self.image.types[index].kind

    def left(self, index):
        t = self.image.types[index]
        if self.level == MAX_NEST:
            self.word("...")
            return
        self.level += 1
        if t.kind in POINTERS:
            self.left(t.target)
            self.gap()
            if self.behind(t.target) in ("array", "function"):
                self.put("(")
            if t.kind == "member_pointer" and t.count:
                self.put(self.image.string(self.image.types[t.count].name))
            self.put(POINTERS[t.kind])
        elif t.kind in ("array", "function"):
            self.left(t.target)
        elif t.kind in QUALIFIERS:
            if self.behind(t.target) in POINTERS:
                self.left(t.target)
                self.word(QUALIFIERS[t.kind])
            else:
                self.word(QUALIFIERS[t.kind])
                self.left(t.target)
        elif t.kind == "vector":
            self.left(t.target)
            self.word("__attribute__((vector_size(%d)))" % t.size)
        else:
            self.leaf(t)
        self.level -= 1

    def leaf(self, t):
        name = self.image.string(t.name)
        tag = KINDS[t.tag] if t.kind == "opaque" else t.kind
        if tag in TAGS:
            if self.style == "C" or not name:
                self.word(tag)
            self.word(name or "{...}")
        elif name:
            self.word(name)
        else:
            self.word(t.kind)
            if t.kind not in ("void", "bool", "nullptr"):
                self.put(str(t.size * 8))

    def right(self, index, names=None):
        t = self.image.types[index]
        if self.level == MAX_NEST:
            return
        self.level += 1
        if t.kind in POINTERS:
            if self.behind(t.target) in ("array", "function"):
                self.put(")")
            self.right(t.target)
        elif t.kind == "array":
            self.put("[]" if t.count == UNBOUNDED else "[%d]" % t.count)
            self.right(t.target)
        elif t.kind == "function":
            self.parameters(t, names)
            self.right(t.target)
        elif t.kind in QUALIFIERS:
            self.right(t.target)
        self.level -= 1

    def parameters(self, t, names):
        if not self.named and self.out[-1:] not in (")", "]"):
            self.gap()
        self.put("(")
        for k in range(t.nmembers):
            if k:
                self.put(", ")
            self.declare(self.image.members[t.members + k][1], names[k] if names else "")
        if t.flags & 1:
            self.put(", ..." if t.nmembers else "...")
        elif not t.nmembers and not t.flags & 8 and self.style != "plain":
            self.put("void")
        self.put(")")

    def declare(self, index, name, names=None):
        self.left(index)
        if name:
            self.word(name)
            self.named = True
        self.right(index, names)
        return self.out


class Image:
    """Sections 1 and 2: finds the tables."""

    def __init__(self, data):
        self.data = data
        readers = {b"\xcf\xfa": self.read_macho, b"MZ": self.read_pe}
        self.sections = []
        at = 0
        if data[:8] != b"\x89PKGIMG\n":
            self.sections = list(readers.get(data[:2], self.read_sections)())
            at = next(s[4] for s in self.sections if s[0] == ".pkgimg")
        self.header = struct.unpack_from("<8sHHI4Q16sQQI", data, at)
        if not self.sections:
            meta = self.header[5]
            self.sections = [(".pkgimg", 1, 0, 0, 0, meta), ("", 1, 0, 0, meta, len(data) - meta)]
        if self.header[:3] != (b"\x89PKGIMG\n", 6, 128):
            raise ValueError("no package image of version 6")
        for name in TABLES.values():
            setattr(self, name, [])
        for i in range(self.header[11]):
            kind, size, offset, count = struct.unpack_from("<IIQQ", data, at + 128 + 24 * i)
            part = data[at + offset:at + offset + size * count]
            name = TABLES[kind]
            if name == "strings":
                self.strings = part
            else:
                rows = list(struct.iter_unpack(ENTRIES[name], part))
                setattr(self, name, rows)
        self.types = [Type(row) for row in self.types]
        language = self.string(self.package[0][6])
        digit = language[1:2].isdigit() and language[1:2].isascii()
        self.style = "C" if language == "C" or (language[:1] == "C" and digit) else "plain"

    def read_sections(self):
        """name, type, flags, address, offset, size"""
        wide = self.data[4] == 2
        shoff, = struct.unpack_from("<Q" if wide else "<I", self.data, 40 if wide else 32)
        size, count, names = struct.unpack_from("<HHH", self.data, 58 if wide else 46)
        rows = [struct.unpack_from("<IIQQQQIIQQ" if wide else "<10I", self.data, shoff + size * i)
                for i in range(count)]
        for row in rows:
            at = rows[names][4] + row[0]
            name = self.data[at:self.data.index(b"\0", at)].decode("latin-1")
            yield (name,) + row[1:6]

    def read_macho(self):
        """the same, in ELF's words"""
        ncmds, = struct.unpack_from("<I", self.data, 16)
        at = 32
        for _ in range(ncmds):
            cmd, size = struct.unpack_from("<II", self.data, at)
            if cmd == 0x19:
                yield from self.read_segment(at)
            at += size

    def read_pe(self):
        """the same, in ELF's words; what memory has beyond the file is a section of zeros"""
        pe, = struct.unpack_from("<I", self.data, 0x3c)
        count, symbols, nsymbols, optional = struct.unpack_from("<2xH4xIIH", self.data, pe + 4)
        for i in range(count):
            name, size, rva, in_file, at, flags = struct.unpack_from(
                "<8s4I12xI", self.data, pe + 24 + optional + 40 * i)
            if name.startswith(b"/"):
                at_name = symbols + 18 * nsymbols + int(name[1:].rstrip(b"\0"))
                name = self.data[at_name:at_name + 16]
            name = name.split(b"\0")[0].decode()
            from_file = min(size, in_file)
            loaded = 0 if flags & 0x02000000 else 2
            yield (name, 1, loaded | (4 if flags & 0x20000000 else 0) | (flags >> 31), rva, at,
                   from_file)
            yield "", 8, 2, rva + from_file, 0, size - from_file

    def read_segment(self, at):
        segment, _, _, _, filesz, _, prot, nsects, flags = struct.unpack_from(
            "<16s4Q4I", self.data, at + 8)
        if segment.startswith(b"__LINKEDIT"):
            yield "__LINKEDIT", 1, 0, 0, 0, filesz
        for i in range(nsects):
            name, inside, addr, size, offset, _, _, _, kind, _, _, _ = struct.unpack_from(
                "<16s16s2Q8I", self.data, at + 72 + 80 * i)
            name, inside = name.rstrip(b"\0").decode(), inside.rstrip(b"\0").decode()
            if (inside, name) == ("__DATA_CONST", "__pkgimg"):
                name = ".pkgimg"
            elif inside == "__DWARF":
                name = ".debug"
            code = kind & 0x80000400
            writable = prot & 2 and not flags & 0x10
            yield (name, 8 if kind & 0xff in (1, 0xc, 0x12) else 1,
                   0 if inside == "__DWARF" else 2 | (4 if code else 0) | (1 if writable else 0),
                   addr, offset, size)

    def string(self, at):
        return self.strings[at:self.strings.index(b"\0", at)].decode()

    def declaration(self, index, name="", names=None):
        return Text(self, self.style).declare(index, name, names)[:MAX_TEXT]


def hex64(value):
    return "%016x" % value


def identity(value):
    return value.hex() if any(value) else None


def flag_names(flags, names):
    return [name for i, name in enumerate(names) if flags >> i & 1]


def sizes(image):
    out = dict.fromkeys("code read_only data zero metadata debug other".split(), 0)
    for name, kind, flags, _, _, size in image.sections:
        if kind == 0:
            continue
        if name == ".pkgimg":
            key = "metadata"
        elif flags & 2 and kind == 8:
            key = "zero"
        elif flags & 2 and flags & 4:
            key = "code"
        elif flags & 2 and flags & 1:
            key = "data"
        elif flags & 2:
            key = "read_only"
        elif name.startswith(".debug"):
            key = "debug"
        else:
            key = "other"
        out[key] += size
    return out


def method(image, row):
    name, symbol, index, first, address, file, line, slot = row
    n = image.types[index].nmembers if index else 0
    names = [image.string(image.params[first + k][0]) for k in range(n)]
    text = image.declaration(index, image.string(name), names) if index else \
        image.string(name) + "(?)"
    return {"name": image.string(name), "symbol": image.string(symbol), "signature": text,
            "type": index, "params": names,
            "displacement": None if address == NO_ADDRESS else image.addresses[address][0],
            "slot": slot - 1 if slot else None, "file": image.string(file), "line": line}


def variable(image, row):
    name, symbol, index, address, size, file, line, flags, _ = row
    out = {"name": image.string(name), "symbol": image.string(symbol), "type": index,
           "text": image.declaration(index) if index else None, "size": size,
           "thread_local": bool(flags & 1), "const": bool(flags & 2)}
    if address != NO_ADDRESS:
        out["displacement"] = image.addresses[address][0]
    out["file"] = image.string(file)
    out["line"] = line
    return out


def feature_names(cpu):
    """Section 5: the list that is for this CPU"""
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "image", "FORMAT.md")
    names = None
    with open(page, encoding="utf-8") as f:
        for line in f:
            if names is not None and line.startswith("      "):
                names += line.split()
            elif names:
                return names
            elif line.startswith("    ") and line.endswith(":\n"):
                names = [] if cpu in line[:-2].split() else None
    return []


def target(image, row):
    cpu, features, flags, base, *words = row
    names = feature_names(image.string(image.package[0][3]).split()[1])
    bits = [64 * w + n for w, word in enumerate(words) for n in range(64) if word >> n & 1]
    return {"cpu": image.string(cpu), "features": image.string(features),
            "clone_all": bool(flags & 1), "opt_size": bool(flags & 2), "min_size": bool(flags & 4),
            "base": base,
            "needs": [names[n] if n < len(names) else "feature %d" % n for n in bits]}


def dispatch(image):
    """Section 11"""
    if not image.dispatch:
        return None
    slots, count, flags, chosen = image.dispatch[0]
    values = [row[0] for row in image.entries]
    return {"self": bool(flags & 1), "slots": image.addresses[slots][0],
            "chosen": image.addresses[chosen][0],
            "entries": [values[i:i + count] for i in range(0, len(values), count)]}


def member(image, t, row):
    name, index, flags, bit_size, value = row
    if t.kind == "enum":
        return {"name": image.string(name), "value": value}
    out = {"name": image.string(name), "type": index, "flags": flag_names(flags, MEMBER_FLAGS)}
    if t.kind != "function":
        out["offset_bits"] = value
        out["bit_size"] = bit_size
    return out


def type_entry(image, index):
    t = image.types[index]
    rows = image.members[t.members:t.members + t.nmembers]
    return {"kind": t.kind, "name": image.string(t.name), "text": image.declaration(index),
            "tag": KINDS[t.tag] if t.tag else None, "flags": flag_names(t.flags, TYPE_FLAGS),
            "depth": t.depth, "size": t.size, "align": t.align, "target": t.target,
            "count": None if t.count == UNBOUNDED else t.count, "digest": hex64(t.digest),
            "members": [member(image, t, row) for row in rows]}


def describe(path):
    with open(path, "rb") as f:
        image = Image(f.read())
    _, version, _, flags, file_size, meta_size, meta_sum, file_sum, build_id, abi, interface, _ = \
        image.header
    keys = "name version triple abi_text producer source language".split()
    package = {key: image.string(at) for key, at in zip(keys, image.package[0])}
    package["uuid"] = identity(image.package[0][8])
    package["form"] = ("bitcode" if image.bitcode else
                       "native code" if image.addresses else "no code")
    return {
        "file": path,
        "header": {"version": version, "sealed": bool(flags & 1), "debug_info": bool(flags & 2),
                   "file_size": file_size, "meta_size": meta_size, "meta_sum": hex64(meta_sum),
                   "file_sum": hex64(file_sum), "build_id": identity(build_id),
                   "abi": hex64(abi), "interface_digest": hex64(interface)},
        "package": package,
        "targets": [target(image, row) for row in image.targets],
        "dispatch": dispatch(image),
        "needs": [{"kind": {1: "library", 2: "host"}[kind], "name": image.string(name)}
                  for kind, name in image.needs],
        "dependencies": [{"name": image.string(name), "version": image.string(ver),
                          "uuid": identity(uuid), "build_id": identity(build),
                          "interface_digest": hex64(digest),
                          "base": bool(flags & 1), "this_build": bool(flags & 2),
                          "uses": [{"kind": {0: "symbol", 1: "type"}[kind],
                                    "name": image.string(use), "digest": hex64(was)}
                                   for of, kind, use, _, was in image.uses if of == i]}
                         for i, (name, ver, uuid, build, digest, _, flags, _)
                         in enumerate(image.dependencies)],
        "imports": [{"symbol": image.string(symbol),
                     "dependency": image.string(image.dependencies[of][0]),
                     "kind": {1: "method", 2: "global"}[kind]}
                    for symbol, of, kind, *_ in image.imports],
        "sizes": sizes(image),
        "heap": None,
        "methods": [method(image, row) for row in image.methods],
        "globals": [variable(image, row) for row in image.globals],
        "types": [type_entry(image, i) for i in range(len(image.types))],
    }


FATES = "? data constant mutable bound_constant bound_mutable scratch".split()
POINTER_KINDS = "? strong weak transient code".split()
BINDS = "? method global host dependency_method dependency_global".split()


class Heap:
    """Sections 12 to 14: the objects and what leads where."""

    def __init__(self, image):
        (self.at, self.size, self.base, self.mapped, self.nobjects, starts, types, self.word,
         _) = image.heap[0]
        self.image = image
        self.data = image.data[self.at:self.at + self.size]
        self.types = [HeapType(image, row) for row in image.heap_types]
        self.objects = []
        bits = int.from_bytes(self.data[starts:starts + self.mapped // 64], "little")
        numbers = struct.unpack_from("<%dH" % self.nobjects, self.data, types)
        place = 0
        for number in numbers:
            while not bits >> place & 1:
                place += 1
            self.objects.append((8 * place, self.types[number]))
            place += 1

    def words(self, reloc):
        """offsets of the words that a relocation names"""
        _, _, first, nwords, bits, _, _ = reloc
        value = int.from_bytes(self.data[bits:bits + (nwords + 63) // 64 * 8], "little")
        return [first + self.word * i for i in range(nwords) if value >> i & 1]

    def section(self, place):
        for fate, _, offset, size in self.image.heap_sections:
            if offset <= place < offset + size:
                return FATES[fate]
        return None

    def number(self, place, size):
        return int.from_bytes(self.data[place:place + size], "little")


class HeapType:
    def __init__(self, image, row):
        (self.type, self.flags, first, fixed, element, self.count_at, self.count_size, hook,
         self.element_size) = row
        self.name = image.string(image.types[self.type].name)
        self.size = image.types[self.type].size
        self.hook = image.string(hook)
        rows = image.heap_pointers[first:first + fixed + element]
        self.pointers = [(at, POINTER_KINDS[kind]) for at, kind in rows]
        self.fixed = fixed

    def size_at(self, heap, place):
        if self.count_at == NO_ADDRESS:
            return self.size
        return self.size + self.element_size * heap.number(place + self.count_at, self.count_size)


def bind(image, row):
    offset, kind, index, dependency, _, addend = row
    symbol = image.string(image.methods[index][1] if kind == 1 else
                          image.globals[index][1] if kind == 2 else index)
    return {"offset": offset, "kind": BINDS[kind], "symbol": symbol, "image": dependency,
            "addend": addend}


def describe_heap(path):
    with open(path, "rb") as f:
        image = Image(f.read())
    if not image.heap:
        return None
    heap = Heap(image)
    return {
        "at": heap.at, "size": heap.size, "base": heap.base, "mapped": heap.mapped,
        "sections": [{"fate": FATES[row[0]], "offset": row[2], "size": row[3]}
                     for row in image.heap_sections],
        "types": [{"name": t.name, "mutable": bool(t.flags & 1), "interned": bool(t.flags & 2),
                   "pointers": t.pointers[:t.fixed], "element": t.pointers[t.fixed:],
                   "hook": t.hook} for t in heap.types],
        "objects": [{"place": place, "type": t.name, "size": t.size_at(heap, place),
                     "fate": heap.section(place)} for place, t in heap.objects],
        "roots": {image.string(name): {"const": bool(flags), "cell": cell,
                                       "word": heap.number(cell, heap.word)}
                  for name, flags, cell in image.roots},
        "relocations": [{"image": row[0], "fate": FATES[image.heap_sections[row[1]][0]],
                         "count": row[5], "pages": row[6], "words": heap.words(row)}
                        for row in image.heap_relocs],
        "binds": [bind(image, row) for row in image.binds],
        "variables": [{"image": row[1], "offset": row[2]} for row in image.variables],
        "interned": [{"hash": hex64(h), "place": place, "type": heap.types[t].name,
                      "uses": list(struct.unpack_from("<%dQ" % n, heap.data, uses))}
                     for h, place, t, n, uses in image.interned],
        "hooks": [{"place": place, "hook": heap.types[t].hook} for place, t, _ in image.hooks],
        "inserts": [{"function": image.string(f), "signature": image.string(s), "image": i,
                     "method": None if m == NO_ADDRESS else image.string(image.methods[m][1]),
                     "object": None if o == UNBOUNDED else o} for f, s, i, m, o in image.inserts],
        "bitcode": [{"name": image.string(row[0]), "size": row[3]} for row in image.bitcode],
    }


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--heap":
        json.dump(describe_heap(sys.argv[2]), sys.stdout, indent=2, ensure_ascii=False)
        print()
        sys.exit()
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    json.dump(describe(sys.argv[1]), sys.stdout, indent=2, ensure_ascii=False)
    print()
