"""stop.py SIGNAL FOLDER: start a build of FOLDER/stuck.yaml in FOLDER, where the package "stuck" never
ends; send SIGNAL once it runs. The build must end by that signal, with no process, no temporary file
and no half image left. What it finished before stays."""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time


def environment(pid):
    with open(f"/proc/{pid}/environ", "rb") as f:
        return dict(e.split("=", 1) for e in f.read().decode().split("\0") if e)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(p) for p in f.read().split()]


def check_jobserver(child):
    """the server of the build: a pipe that the child has too"""
    flags = environment(child)["MAKEFLAGS"]
    ends = re.search(r"-j2 --jobserver-auth=(\d+),(\d+)", flags)
    assert ends, flags
    for fd in ends.groups():
        assert os.readlink(f"/proc/{child}/fd/{fd}").startswith("pipe:"), fd


def files(folder):
    return sorted(os.path.join(p, n) for p, _, names in os.walk(folder) for n in names)


def not_ignored():
    """tests may run in the background of a shell, which ignores SIGINT for them"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def main():
    number = getattr(signal, sys.argv[1])
    folder = sys.argv[2]
    temporary = os.path.join(folder, "tmp")
    os.makedirs(temporary, exist_ok=True)
    env = dict(os.environ, TMPDIR=temporary, PKGIMG_CACHE=os.path.join(folder, "cache"))
    env["LD_PRELOAD"] = os.environ["TROUBLE"]
    for name in ("MAKEFLAGS", "MFLAGS"):
        env.pop(name, None)
    with subprocess.Popen(["pkgimg", "build", "--workspace", "stuck.yaml", "--json", "-j2"],
                          cwd=folder, env=env, stdout=subprocess.PIPE, text=True,
                          preexec_fn=not_ignored) as build:
        watch = threading.Timer(60, build.kill)
        watch.start()
        seen = set()
        while not {("begin", "stuck"), ("end", "first")} <= seen:  # ends at the end of the output
            event = json.loads(build.stdout.readline())
            seen.add((event["event"], event.get("package")))
        running = children(build.pid)
        assert len(running) == 1, running
        check_jobserver(running[0])
        build.send_signal(number)
        rest = [json.loads(line) for line in build.stdout]
        build.wait()
        watch.cancel()
        assert build.returncode == -number, build.returncode
    assert rest[-1]["event"] == "finish" and rest[-1]["signal"] == number, rest
    for _ in range(1000):  # init may have to reap it
        if not os.path.exists(f"/proc/{running[0]}"):
            break
        time.sleep(0.01)
    else:
        raise SystemExit("a process is left")
    left = [f for f in files(folder) if f.startswith(temporary) or "/.tmp/" in f]
    assert not left, left
    images = [os.path.basename(f) for f in glob.glob(os.path.join(folder, "out", "*.so"))]
    assert images == ["first.so"], images
    print("stopped by", sys.argv[1])


main()
