# mini-run.sh ROOT COMPILER...: the runtime of examples/mini with libpkgimg, as objects in this folder
set -e
root=$1
shift
mkdir -p include
ln -sf /usr/include/xxhash.h include/
for source in "$root"/runtime/*.c "$root"/image/*.c "$root/examples/mini/run.c" \
	"$root/examples/mini/heap.c"; do
	name=$(echo "${source#"$root"/}" | tr / -)
	# shellcheck disable=SC2068 # words of a command
	$@ -std=gnu17 -O1 -D_GNU_SOURCE -I "$root" -I "$root/include" -idirafter include \
		-c "$source" -o "${name%.c}.o"
done
