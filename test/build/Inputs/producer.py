"""producer.py IN OUT: bitcode that says another LLVM wrote it: LLVM19.1.7 -> LLVM20.1.7.

The name is a string of 6-bit characters at no byte's border, in the identification block.
"""
import sys

CHAR6 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"


def bits(text):
    return "".join(format(CHAR6.index(c), "06b")[::-1] for c in text)


data = open(sys.argv[1], "rb").read()
head = "".join(format(byte, "08b")[::-1] for byte in data[:64])
old, new = bits("LLVM19."), bits("LLVM20.")
assert head.count(old) == 1
head = head.replace(old, new)
patched = bytes(int(head[i:i + 8][::-1], 2) for i in range(0, len(head), 8))
open(sys.argv[2], "wb").write(patched + data[64:])
