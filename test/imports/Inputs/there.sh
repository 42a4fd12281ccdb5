# there.sh ROOT TRIPLE RUN...: both images and the loader for another CPU, linked by pkgimg, run by RUN
set -e
root=$1 target=$2
shift 2
in=$root/test/imports/Inputs
mkdir -p "$target/include" && cd "$target"
cp /usr/include/xxhash.h include
for f in core top; do clang-19 --target="$target" -g -O1 -fPIC -emit-llvm -c "$in/$f.c"; done
pkgimg build --target="$target" core.bc -o core.so
pkgimg build --target="$target" top.bc --dependency=core=core.so -o top.so
clang-19 --target="$target" -O1 -g0 -fPIE -D_GNU_SOURCE -I "$root" -I "$root/include" -idirafter include \
	-c "$root"/runtime/*.c "$root"/image/*.c "$in/host.c"
pkgimg link --target="$target" ./*.o -o host
timeout 60 "$@" ./host ./core.so ./top.so || echo "exit $?"
