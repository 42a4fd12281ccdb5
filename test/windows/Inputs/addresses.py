"""What lies at the addresses that an image's metadata gives for method 'plus' and global 'numbers',
read independently: PE headers by hand, the metadata as tools/decode_image.py, code by llvm-objdump."""
import struct
import subprocess
import sys


def sections(data):
    pe = struct.unpack_from("<I", data, 0x3C)[0]
    count, optional = struct.unpack_from("<2xH12xH", data, pe + 4)
    base = struct.unpack_from("<Q", data, pe + 48)[0] if optional > 230 else \
        struct.unpack_from("<I", data, pe + 52)[0]
    at = pe + 24 + optional
    found = [struct.unpack_from("<8sIIII", data, at + 40 * i) for i in range(count)]
    return base, {name.rstrip(b"\0").decode(): (rva, size, offset)
                  for name, _, rva, size, offset in found}


def tables(data, at):
    count = struct.unpack_from("<I", data, at + 80)[0]
    return {kind: (at + offset, size, n) for kind, size, offset, n in
            (struct.unpack_from("<IIQQ", data, at + 128 + 24 * i) for i in range(count))}


def text(data, start):
    return data[start:data.index(b"\0", start)].decode()


def instruction(path, address):
    """the first one at an address; on ARM the lowest bit says Thumb"""
    start = address & ~1
    out = subprocess.run(["llvm-objdump", "-d", "--no-show-raw-insn", f"--start-address={start}",
                          f"--stop-address={start + 16}", path], check=True, capture_output=True,
                         text=True).stdout
    line = next(l for l in out.splitlines() if l.strip().startswith(f"{start:x}:"))
    return ("(thumb) " if address & 1 else "") + " ".join(line.split(":", 1)[1].split())


def main():
    for path in sys.argv[1:]:
        with open(path, "rb") as f:
            data = f.read()
        base, parts = sections(data)
        root, _, at = parts[".pkgimg"]
        meta = tables(data, at)
        addresses = meta[11][0]

        def lead(name, kind, place):
            start, size, n = meta[kind]
            for i in range(n):
                entry = struct.unpack_from("<II", data, start + i * size)
                if text(data, meta[1][0] + entry[0]) == name:
                    index = struct.unpack_from("<I", data, start + i * size + place)[0]
                    return root + struct.unpack_from("<i", data, addresses + 4 * index)[0]
            return sys.exit(f"{path}: no {name}")

        print(f"{path}: plus {instruction(path, base + lead('plus', 8, 16))}")
        rva = lead("numbers", 10, 12)
        start, _, offset = next(p for p in parts.values() if p[0] <= rva < p[0] + p[1])
        print(f"{path}: numbers", *struct.unpack_from("<3i", data, offset + rva - start))


if __name__ == "__main__":
    main()
