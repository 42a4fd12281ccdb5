"""terminal.py COLUMNS COMMAND...: run the command on a terminal of its own and print what it wrote
there, escape characters as ESC. Exit code of the command."""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, fd = pty.fork()
if not pid:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
text = b""
try:
    while part := os.read(fd, 65536):
        text += part
except OSError:  # the terminal is gone with its last user
    pass
sys.stdout.write(text.decode().replace("\r\n", "\n").replace("\033", "ESC"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
