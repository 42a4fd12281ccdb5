"""waits.py: a build of v.bc is stopped while it holds its lock, until another one waits for it"""
import glob
import os
import shutil
import signal
import socket
import subprocess

COMMAND = ["pkgimg", "build", "--cache", "--store=s", "--verbose", "v.bc"]


def start():
    return subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def stopped_with_lock():
    """it may have been too fast for us"""
    for _ in range(50):
        shutil.rmtree("s", ignore_errors=True)
        build = start()
        while build.poll() is None and not glob.glob("s/v1/v/*.lock"):
            pass
        if build.poll() is None:
            build.send_signal(signal.SIGSTOP)
            if glob.glob("s/v1/v/*.lock") and not glob.glob("s/v1/v/*.pki"):
                return build
            build.send_signal(signal.SIGCONT)
        build.communicate()
    raise SystemExit("no build was met with its lock")


first = stopped_with_lock()
with start() as second:
    for line in second.stderr:
        print(line.rstrip().replace(f"process {first.pid} on {socket.gethostname()},",
                                    "process PID on HOST,"))
        if "waiting for" in line:
            first.send_signal(signal.SIGCONT)
for line in first.communicate(timeout=60)[1].splitlines():
    if "cache: built" in line:
        print("the first:", line)
assert first.returncode == second.returncode == 0
print({1: "one image"}[len(glob.glob("s/v1/v/*.pki"))] if not os.listdir("s/v1/.tmp") else "left")
