# make-host.sh ROOT TRIPLE: check-host with libpkgimg in it, and kernels.bc, for that triple
set -e
root=$1 triple=$2
in=$root/test/cpus/Inputs
mkdir -p include objects
ln -sf /usr/include/xxhash.h include/
cc="clang-19 --target=$triple -isystem /usr/$triple/include"
(cd objects && $cc -D_GNU_SOURCE -std=gnu17 -O1 -I$root -I$root/include -I../include \
	-c $root/runtime/*.c $root/image/*.c $in/check-host.c)
case $triple in riscv*) (cd objects && $cc -D_GNU_SOURCE -O1 -c $in/linux-6.5.c) ;; esac
pkgld --target=$triple objects/*.o -o check-host
$cc -g -O1 -ffast-math -emit-llvm -c $in/kernels.c
