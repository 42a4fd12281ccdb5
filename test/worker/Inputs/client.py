"""A build system's end of `pkgimg link --worker`, for tests: client.py PROGRAM TEST."""
import atexit
import errno
import json
import os
import signal
import subprocess
import sys
import time

PROGRAM = sys.argv[1]
SHARED = ["-shared", "-nostdlib", "f.o", "-o"]


class Worker:
    def __init__(self, *words):
        self.process = subprocess.Popen([PROGRAM, "link", *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        atexit.register(self.kill)

    def kill(self):
        """a failed check leaves nothing behind that waits for ever"""
        if self.process.poll() is None:
            for pid in self.children():
                os.kill(pid, signal.SIGKILL)
            self.process.kill()

    def send(self, text):
        if not isinstance(text, str):
            text = json.dumps(text)
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, arguments, number=0, **more):
        self.send({"arguments": arguments, "requestId": number, **more})

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            return [int(pid) for pid in f.read().split()]

    def end(self):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        return self.process.wait(), [json.loads(line) for line in rest.splitlines()]


def check(what, wanted, got):
    if wanted != got:
        sys.exit(f"{what}: wanted {wanted!r}, got {got!r}")


def wait_for(what, true):
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    sys.exit(f"{what}: waited in vain")


def stuck(worker, number):
    """Ask for a link that does not end: its input is a fifo that LLD reads and nobody fills.
    returns the process that links, which is in LLD by now"""
    if os.path.exists("stuck"):  # the one of an earlier link may still be open there
        os.remove("stuck")
    os.mkfifo("stuck")
    worker.ask(["-shared", "-nostdlib", "stuck", "-o", "stuck.so"], number)
    wait_for("link", lambda: is_read("stuck"))
    wait_for("descriptor", lambda: readers(worker, "stuck"))
    return readers(worker, "stuck")[0]


def is_read(name):
    """whether somebody has opened this fifo; it is then held open, and reading it waits"""
    try:
        os.open(name, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as why:
        if why.errno != errno.ENXIO:
            raise
        return False
    return True


def readers(worker, name):
    return [pid for pid in worker.children() if os.path.abspath(name) in files_of(pid)]


def files_of(pid):
    names = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            names.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except FileNotFoundError:  # closed meanwhile
            pass
    return names


def rss(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def singleplex():
    w = Worker("--persistent_worker")
    for i in range(5):
        w.ask(SHARED + [f"one{i}.so"], inputs=[{"path": "f.o", "digest": "YWJj"}], verbosity=10,
              aNewKey={"of": ["a", "later", "Bazel"]})
        check("answer", {"exitCode": 0, "output": "", "requestId": 0}, w.answer())
    check("processes", 1, len(w.children()))
    check("end", (0, []), w.end())


def multiplex():
    w = Worker("--worker", "-j3")
    for i in range(1, 21):
        w.ask(SHARED + [f"many{i}.so"] if i % 4 else ["-shared", "missing.o"], i)
    code, answers = w.end()  # the end of the requests does not cut off those under way
    check("exit", 0, code)
    check("ids", list(range(1, 21)), sorted(a["requestId"] for a in answers))
    for a in answers:
        check("exitCode", int(a["requestId"] % 4 == 0), a["exitCode"])
        check("output", a["exitCode"] and
              "pkgimg: error: argument 3: input 'missing.o' does not exist; check its path\n" or "",
              a["output"])


def fixed_words():
    """what stands on the worker's own line is part of every request"""
    os.makedirs("sandbox", exist_ok=True)
    w = Worker("-nostdlib", "--worker", "-shared", "-j", "1", os.path.abspath("f.o"))
    w.ask(["-o", "s.so"], 1, sandboxDir="sandbox")
    check("exitCode", 0, w.answer()["exitCode"])
    w.ask(["-o", "s2.so"], 2)
    check("exitCode", 0, w.answer()["exitCode"])
    w.end()
    check("files", (True, True), (os.path.exists("sandbox/s.so"), os.path.exists("s2.so")))


def bad_requests():
    w = Worker("--worker")
    rows = [
        ("{", "this is not JSON"),
        ("[]", "a request wants an object, got an array"),
        ('{"arguments": "a.o"}', "'arguments' wants an array of strings, got a string"),
        ('{"arguments": ["a.o", 1]}', "'arguments' wants a string, got a number"),
        ('{"arguments": ["a\\u0000b"]}', "'arguments' wants a text without NUL characters"),
        ('{"requestId": 1.5}', "'requestId' wants a whole number"),
        ('{"arguments": [' + "[" * 100000, "nested more than 256 deep"),
        ('{"arguments": ["--worker"]}', "a request is one link"),
        ('{"arguments": ["--jobs=-"]}', "a request is one link"),
        ('{"arguments": ["--nonsense"]}', "unknown option '--nonsense'"),
        ('{"arguments": ["f.o"], "sandboxDir": "nowhere"}', "folder 'nowhere' cannot be entered"),
        ("{}", "no input files"),
    ]
    for text, wanted in rows:
        w.send(text)
        a = w.answer()
        if wanted not in a["output"] or not a["exitCode"]:
            sys.exit(f"{text[:80]}: wanted {wanted!r}, got {a!r}")
    w.send("\r\n\n")
    w.ask(SHARED + ["good.so"], 7)
    check("after bad ones", {"exitCode": 0, "output": "", "requestId": 7}, w.answer())
    check("end", (0, []), w.end())


def cancels():
    w = Worker("--worker", "-j1")
    stuck(w, 1)
    w.ask(SHARED + ["waiting.so"], 2)
    w.ask(SHARED + ["next.so"], 3)
    w.send({"requestId": 2, "cancel": True})
    check("waiting", {"requestId": 2, "wasCancelled": True}, w.answer())
    w.send({"requestId": 1, "cancel": True})
    check("running", {"requestId": 1, "wasCancelled": True}, w.answer())
    check("next", {"exitCode": 0, "output": "", "requestId": 3}, w.answer())
    w.send({"requestId": 3, "cancel": True})  # too late: it was answered
    check("end", (0, []), w.end())
    check("not linked", False, os.path.exists("waiting.so"))


def crashes():
    w = Worker("--worker", "-j2")
    os.kill(stuck(w, 3), signal.SIGSEGV)  # LLD's crashes come back to the process
    a = w.answer()
    check("crash", (3, 1), (a["requestId"], a["exitCode"]))
    check("crash", True, "the linker crashed (signal 11); this is a fault of LLD" in a["output"])
    for number, sig in enumerate((signal.SIGKILL, signal.SIGTERM), 1):
        linking = stuck(w, number)
        w.ask(SHARED + ["beside.so"], 50)  # by the other process
        check("beside", {"exitCode": 0, "output": "", "requestId": 50}, w.answer())
        os.kill(linking, sig)
        check("killed", {
            "exitCode": 128 + sig,
            "output": f"pkgimg: error: the worker process was ended by signal {int(sig)} "
                      "before this link was done\n",
            "requestId": number}, w.answer())
    for pid in w.children():  # idle ones: nobody's link is lost
        os.kill(pid, signal.SIGKILL)
    w.ask(SHARED + ["after.so"], 60)
    check("after", 0, w.answer()["exitCode"])
    # LLD gives up (a fatal error), and must not run again in that process
    before = w.children()
    w.ask(["-shared", "-nostdlib", "cut.o", "-o", "cut.so"], 61)
    a = w.answer()
    check("cut.o", (1, True), (a["exitCode"], "cut.o: section header table goes past" in a["output"]))
    w.ask(SHARED + ["after2.so"], 62)
    check("after", {"exitCode": 0, "output": "", "requestId": 62}, w.answer())
    if set(before) == set(w.children()):
        sys.exit("the poisoned process was not replaced")
    check("end", (0, []), w.end())


def flat():
    """memory and descriptors over many links"""
    w = Worker("--worker", "-j1")
    sizes, open_files = {}, {}
    for i in range(1, 1001):
        w.ask(SHARED + ["flat.so"] if i % 3 else ["-shared", "-nostdlib", "f.o", "u.o", "-o", "u.so",
                                                 "-Wl,-z,defs"])
        check("exitCode", int(i % 3 == 0), w.answer()["exitCode"])
        if i in (10, 150, 500, 950):
            pid = w.children()[0]
            sizes[i] = rss(pid)
            open_files[i] = [len(os.listdir(f"/proc/{p}/fd")) for p in (pid, w.process.pid)]
    w.end()
    if max(sizes.values()) > sizes[10] + 4 * 1024:
        sys.exit(f"RSS in KiB after N links: {sizes}")
    check("descriptors", 1, len(set(map(tuple, open_files.values()))))


def write(name, text):
    with open(name, "w", encoding="utf-8") as f:
        f.write(text)


def changed_files():
    """in a copy of the program's data"""
    libc, mine = "data/stubs/lists/x86_64-linux-gnu/libc.so.6.list", "data/stubs/lists/mine"
    parent, platform = "data/platforms/parent.yaml", "data/platforms/mine.yaml"
    head = "soname libc.so.6\nmachine x86_64\nbase ../x86_64-linux-gnu/libc.so.6.list\n"
    of_parent = "schema: 1\ninherits: x86_64-linux-gnu\nabstract: true\n" \
                "image:\n  stubs: mine\n  needs: [libc.so.6]\ndynamic-linker: /lib/%s\n"

    def plan(wanted):
        for _ in range(2):  # read, and kept unless it is too new
            worker.ask(["-###", "--platform=mine", "f.o", "-o", "f"])
            check(wanted, True, wanted in worker.answer()["output"])

    def link(wanted):
        for _ in range(2):
            worker.ask(["--image", "--platform=mine", "--root-symbol=twice", "f.o", "-o", "f.so"])
            said = worker.answer()["output"]
            check(said, True, wanted in said if wanted else not said)

    os.mkdir(mine)
    write(parent, of_parent % "one")
    write(platform, "schema: 1\ninherits: parent\n")
    write(mine + "/libc.so.6.list", head)
    with open(libc, encoding="utf-8") as f:
        text = f.read()
    time.sleep(3.2)  # what was changed within two seconds is not kept
    worker = Worker("--worker")
    plan('"/lib/one"')
    link("")
    write(parent, of_parent % "two")
    write(libc, text.replace("\ngetpid ", "\ngetpie "))
    time.sleep(3.2)
    plan('"/lib/two"')
    link("undefined symbol: getpid")
    write(platform, "schema: 1\ninherits: parent\ndynamic-linker: /lib/three\n")
    plan('"/lib/three"')
    write(libc, text)
    link("")
    write(mine + "/libc.so.6.list", head + "drop getpid\n")
    link("undefined symbol: getpid")
    os.remove(mine + "/libc.so.6.list")
    link("no symbol list for 'libc.so.6'")
    check("end", 0, worker.end()[0])


globals()[sys.argv[2]]()
print(sys.argv[2], "works")
