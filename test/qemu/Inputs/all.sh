# all.sh ROOT TARGET LIBRARIES QEMU...: what is tested on each CPU, in the current folder. pkgimg
# links everything; qemu runs it. What it prints is compared by the test. LIBRARIES: the CPU's, of
# Debian's packages for cross-compiling.
set -e
root=$1 target=$2 libraries=$3
shift 3
in=$root/test/qemu/Inputs
cc="clang-19 --target=$target -O1 -g0"
run() {
	echo "--- $1"
	shift
	timeout 60 "$@" || echo "exit $?"
}

# image jobs of objects
case $target in aarch64*) inline=-mno-outline-atomics ;; esac # no libgcc.a
$cc -fPIC $inline -DPLAIN_ROOT -c "$in/image.c" -o plain-image.o
$cc -fPIE -c "$in/plain.c"
pkgimg link --target="$target" --image --root-symbol=plain_root plain-image.o -o plain-image.so
pkgimg link --target="$target" plain.o -o plain
run "plain image" "$@" ./plain ./plain-image.so

# programs and a shared library
$cc -fPIE -c "$in/program.c" -o pie.o
$cc -fPIE -DUSES_LIBRARY -c "$in/program.c" -o user.o
$cc -fno-pie -DUSES_LIBRARY -c "$in/program.c" -o fixed-user.o
$cc -fPIC -DLIBRARY -c "$in/program.c" -o library.o
pkgimg link --target="$target" -shared library.o -Wl,-soname,liblibrary.so -o liblibrary.so
pkgimg link --target="$target" pie.o -o pie
pkgimg link --target="$target" -static pie.o -o static
pkgimg link --target="$target" user.o -L. -llibrary -Wl,-rpath,"\$ORIGIN" -o user
pkgimg link --target="$target" -no-pie fixed-user.o -L. -llibrary -Wl,-rpath,"\$ORIGIN" -o fixed-user
run pie "$@" ./pie
run static "$@" ./static
run user "$@" ./user
run fixed-user "$@" ./fixed-user
# where the C library has the start file for it; i386's dies in main's address as LLD 19 links it, by
# clang's own line too
case $target in aarch64*)
	pkgimg link --target="$target" -static-pie pie.o -o static-pie
	run static-pie "$@" ./static-pie ;;
esac

case $target in s390x*) echo "--- done" && exit ;; esac # no tables for big-endian machines

# `pkgimg build`, and libpkgimg to open what it made; xxhash.h alone of the host's headers
mkdir include objects
cp /usr/include/xxhash.h include
(cd objects && $cc -fPIE -D_GNU_SOURCE -I "$root" -I "$root/include" -idirafter ../include \
	-c "$root"/runtime/*.c "$root"/image/*.c "$in/host.c")
pkgimg link --target="$target" objects/*.o -o host
clang-19 --target="$target" -g -O2 -emit-llvm -c "$in/image.c" -o image.bc
pkgimg build --target="$target" image.bc -o image.so
run image "$@" ./host image.so

# two images, of which one uses the other's functions and variables
for f in core top; do
	clang-19 --target="$target" -g -O1 -fPIC -emit-llvm -c "$root/test/imports/Inputs/$f.c"
done
pkgimg build --target="$target" core.bc -o core.so
pkgimg build --target="$target" top.bc --dependency=core=core.so -o top.so
$cc -fPIE -I "$root/include" -c "$root/test/imports/Inputs/host.c" -o importer.o
pkgimg link --target="$target" importer.o $(ls objects/*.o | grep -v host.o) -o importer
run imports "$@" ./importer core.so top.so

[ -e "$libraries/libstdc++.so.6" ] || { echo "--- done" && exit; }
clang++-19 --target="$target" -g -O1 -emit-llvm -c "$in/throws.cpp" -o throws.bc
pkgimg build --target="$target" throws.bc -o throws.so --needs libc.so.6 --needs libstdc++.so.6 \
	--needs libgcc_s.so.1
$cc -fPIE -I "$root/include" -c "$in/catch.c"
pkgimg link --target="$target" catch.o $(ls objects/*.o | grep -v host.o) -o catch
run throws "$@" ./catch throws.so
echo "--- done"
