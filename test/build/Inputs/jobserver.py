"""jobserver.py TOKENS pipe|fifo|closed COMMAND...: run a command as GNU make does one that it shares
its jobs with; fails with a message if not every token comes back."""
import os
import subprocess
import sys

tokens, kind, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
if kind == "fifo":
    name = "jobserver-%d" % os.getpid()
    os.mkfifo(name)
    r = w = os.open(name, os.O_RDWR)
    auth, fds = "fifo:" + os.path.abspath(name), ()
else:
    r, w = os.pipe()
    auth, fds = "%d,%d" % (r, w), (r, w)
    if kind == "closed":
        fds = ()
os.write(w, bytes(range(65, 65 + tokens)))
env = dict(os.environ, MAKEFLAGS=" -j%d --jobserver-auth=%s" % (tokens + 1, auth))
status = subprocess.run(command, env=env, pass_fds=fds, check=False).returncode
os.set_blocking(r, False)
try:
    left = os.read(r, 100)
except BlockingIOError:
    left = b""
if kind == "fifo":
    os.unlink(name)
if sorted(left) != list(range(65, 65 + tokens)):
    sys.exit("%d tokens given, %r left" % (tokens, left))
sys.exit(status)
