"""Fail each system call of a build once: faults.py SHIM FOLDER [STEP]. What is told is an error or a
sound image, never a corrupt one; the store is sound after each, and the next build succeeds."""
import errno
import os
import shutil
import subprocess
import sys

shim, folder, step = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
ERRORS = [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EINTR, 0]  # 0: short reads and writes


def get(**fault):
    environment = dict(os.environ)
    if fault:
        environment.update({"LD_PRELOAD": shim, **{k: str(v) for k, v in fault.items()}})
    return subprocess.run(["cache-torture", "one", folder, "1"], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def fresh():
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)


def check(what, ok, p):
    if not ok:
        print(f"{what}: exit {p.returncode}, {p.stdout!r}")
        sys.exit(1)


runs = failed = 0
fresh()
count = os.path.join(folder, "count")
p = get(FAIL_COUNT=count)
check("no fault", p.stdout == "built\n", p)
with open(count, encoding="ascii") as f:
    calls = int(f.read())
for number in ERRORS:
    for at in range(1, calls + 1, step):
        fresh()
        what = f"call {at}, errno {number}"
        p = get(FAIL_AT=at, FAIL_ERRNO=number)
        runs += 1
        failed += p.returncode != 0
        # 9: a source of the helper itself could not be read or written
        fine = p.stdout in ("built\n", "hit\n") or p.stdout.startswith("error: ")
        check(what, p.returncode in (0, 1) and fine or p.returncode == 9, p)
        check(what, "corrupt" not in p.stdout, p)
        if number == 0:
            check(what, p.returncode == 0 or "changed" in p.stdout or at < 4, p)
        p = get()
        check(what + ", the next one", p.returncode == 0 and "corrupt" not in p.stdout, p)
        left = subprocess.run(["pkgimg", "cache", "verify", "--store=" + folder + "/store"],
                              text=True, stdout=subprocess.PIPE, check=False)
        check(what + ", verify", left.returncode == 0, left)
print(f"{calls} calls, {runs} faults, {failed} told")
