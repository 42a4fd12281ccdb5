"""faults.py MOST COMMAND...: run it; exit 1 if it took more than MOST page faults."""
import resource
import subprocess
import sys

subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
faults = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
print(f"{faults} page faults: {' '.join(sys.argv[2:])}")
sys.exit(faults > int(sys.argv[1]))
