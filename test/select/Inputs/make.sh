# make.sh CPU CLANG DATA ROOT TARGET...: the program self-CPU ("self" for x86_64) of make-image.py's tables
set -e
cpu=$1 clang=$2 data=$3 root=$4
shift 4
here=$root/test/select/Inputs
python3 $here/make-image.py $cpu "$@" > $cpu.s
flags="--target=$cpu-linux-gnu -Wno-override-module"
$clang $flags -c $cpu.s -o $cpu.o
$clang $flags -O1 -fPIC -c $data/stubs/select-$cpu-linux.ll -o select.o
$clang $flags -O1 -ffreestanding -I $root -c $here/start.c -o start.o
ld.lld -static start.o select.o $cpu.o -o self
