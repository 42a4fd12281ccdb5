"""fifo.py TOKENS COMMAND...: run the command under a jobserver that is a fifo, as make 4.4's is, and
print how many tokens are there after it."""
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "fifo")
    os.mkfifo(path)
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(fd, b"+" * int(sys.argv[1]))
    flags = f" -j{int(sys.argv[1]) + 1} --jobserver-auth=fifo:{path}"
    subprocess.run(sys.argv[2:], env=dict(os.environ, MAKEFLAGS=flags), check=True, timeout=120)
    print(len(os.read(fd, 1000)), "tokens left")
