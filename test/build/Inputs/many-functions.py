"""many-functions.py N [LINE...]: a C source of N functions that call each other, each LINE put in
front of the function it names: "7 int x;", or instead of its loop's step: "7=3"."""
import sys

steps = {int(a.split("=")[0]): a.split("=")[1] for a in sys.argv[2:] if "=" in a}
print("static int shared, counts[64];")
for i in range(int(sys.argv[1])):
    kind = "" if i % 5 == 0 else "static __attribute__((noinline)) "
    print(f"{kind}int f{i}(int x) {{")
    print(f"\tfor (int i = 0; i < x; i++) counts[(i * {steps.get(i, '1')} + {i}) & 63] += shared++;")
    if i:
        print(f"\treturn f{i - 1}(x - 1) + f{i // 2}(0) + counts[{i % 64}];\n}}")
    else:
        print("\treturn x;\n}")
