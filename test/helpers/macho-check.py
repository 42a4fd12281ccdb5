"""macho-check.py FILE...: what a Mach-O file says of itself, and whether its signature is right.

A second reader for tests, written from Apple's <mach-o/loader.h> and <kern/cs_blobs.h>: nothing of
it is shared with the linker or with image/macho.c. Of a universal file each architecture is read.
Exit 1 if something is wrong.
"""
import hashlib
import struct
import sys

CPUS = {0x01000007: "x86_64", 0x0100000c: "arm64"}
KINDS = {1: "object", 2: "executable", 6: "dylib", 8: "bundle"}
PLATFORMS = {1: "macos", 2: "ios", 3: "tvos", 4: "watchos", 6: "mac-catalyst", 7: "ios-simulator",
             8: "tvos-simulator", 9: "watchos-simulator", 10: "driverkit", 11: "xros",
             12: "xros-simulator"}
# commands that name a part of __LINKEDIT: (offset, size) at these places
PARTS = {0x1d: [8], 0x1e: [8], 0x26: [8], 0x29: [8], 0x33: [8], 0x34: [8],
         0x22: [8, 16, 24, 32, 40]}
DYLIBS = {0xc: "load", 0xd: "id", 0x18: "load-weak", 0x1f: "load-reexport"}
ADHOC, LINKER_SIGNED = 2, 0x20000


def version(number):
    return "%d.%d.%d" % (number >> 16, number >> 8 & 255, number & 255)


def fail(text):
    raise SystemExit("macho-check: " + text)


class File:
    def __init__(self, data):
        self.data = data
        magic, cpu, _, kind, ncmds, size, flags, _ = struct.unpack_from("<8I", data)
        if magic != 0xfeedfacf:
            fail("magic %#x" % magic)
        print("%s %s" % (CPUS[cpu], KINDS[kind]))
        self.flags = flags
        self.end = 0   # of the last segment
        self.commands = []
        at = 32
        for _ in range(ncmds):
            cmd, length = struct.unpack_from("<II", data, at)
            self.commands.append((cmd & 0x7fffffff, data[at:at + length]))
            at += length
        if at != 32 + size:
            fail("the load commands have %d bytes, the header says %d" % (at - 32, size))
        for cmd, body in self.commands:
            self.command(cmd, body)
        if self.end != len(data):
            fail("segments end at %d, the file at %d" % (self.end, len(data)))
        self.signature()

    def text(self, body, at):
        return body[at:body.index(b"\0", at)].decode()

    def command(self, cmd, body):
        if cmd == 0x19:
            self.segment(body)
        elif cmd in DYLIBS:
            at, _, current, compat = struct.unpack_from("<4I", body, 8)
            print("%s %s current %s compatible %s" % (DYLIBS[cmd], self.text(body, at),
                                                      version(current), version(compat)))
        elif cmd == 0x32:
            platform, least, sdk = struct.unpack_from("<3I", body, 8)
            print("platform %s %s sdk %s" % (PLATFORMS[platform], version(least), version(sdk)))
        elif cmd == 0x24:
            least, sdk = struct.unpack_from("<2I", body, 8)
            print("platform macos %s sdk %s" % (version(least), version(sdk)))
        elif cmd == 0x1b:
            print("uuid" if any(body[8:24]) else "no uuid")
        for at in PARTS.get(cmd, []):
            offset, size = struct.unpack_from("<II", body, at)
            if offset + size > len(self.data):
                fail("command %#x leads out of the file" % cmd)

    def segment(self, body):
        name, vaddr, memsz, at, filesz, _, prot, nsections, _ = struct.unpack_from(
            "<16s4Q4I", body, 8)
        name = name.rstrip(b"\0").decode()
        if at != self.end or filesz > memsz:
            fail("%s is at %d, wanted %d" % (name, at, self.end))
        self.end = at + filesz
        sections = []
        for i in range(nsections):
            row = struct.unpack_from("<16s16s2Q8I", body, 72 + 80 * i)
            sections.append(row[0].rstrip(b"\0").decode())
            if not vaddr <= row[2] <= row[2] + row[3] <= vaddr + memsz:
                fail("%s is not in its segment" % sections[-1])
        print("segment %s %s%s%s: %s" % (name, "r" if prot & 1 else "-", "w" if prot & 2 else "-",
                                        "x" if prot & 4 else "-", " ".join(sections)))

    def signature(self):
        found = [struct.unpack_from("<II", body, 8) for cmd, body in self.commands if cmd == 0x1d]
        if not found:
            print("not signed")
            return
        (start, size), = found
        box = self.data[start:start + size]
        if start % 16 or start + size != len(self.data):
            fail("the signature is at %d, %d bytes" % (start, size))
        magic, length, count = struct.unpack_from(">3I", box)
        if magic != 0xfade0cc0 or length > size:
            fail("no signature in its place")
        for i in range(count):
            kind, at = struct.unpack_from(">II", box, 12 + 8 * i)
            if kind == 0:
                self.directory(box[at:], start)

    def directory(self, d, limit):
        (magic, length, least, flags, hashes, ident, nspecial, npages, covered,
         hash_size, hash_kind, _, page_bits) = struct.unpack_from(">9I4B", d)
        if (magic, covered, hash_size, hash_kind) != (0xfade0c02, limit, 32, 2):
            fail("the code directory is %#x, for %d of %d bytes" % (magic, covered, limit))
        page = 1 << page_bits
        if npages != (limit + page - 1) // page or hashes + 32 * npages > length:
            fail("%d hashes for %d bytes" % (npages, limit))
        for i in range(npages):
            want = hashlib.sha256(self.data[i * page:min(limit, (i + 1) * page)]).digest()
            if d[hashes + 32 * i:hashes + 32 * i + 32] != want:
                fail("the hash of page %d is wrong" % i)
        print("signed %s%s as %s, %d pages" % (
            "ad hoc" if flags & ADHOC else "", " by the linker" if flags & LINKER_SIGNED else "",
            self.text(d, ident), npages))


def main():
    for path in sys.argv[1:]:
        with open(path, "rb") as f:
            data = f.read()
        if data[:4] == b"\xca\xfe\xba\xbe":
            for i in range(struct.unpack_from(">I", data, 4)[0]):
                at, size = struct.unpack_from(">2I", data, 8 + 20 * i + 8)
                File(data[at:at + size])
        else:
            File(data)


if __name__ == "__main__":
    main()
