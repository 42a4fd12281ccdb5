# make-loader.sh ROOT COMPILER... -- WORD...: libpkgimg for Windows, compiled by that compiler, and
# with it the program that the words make: sources, -o; in the current folder
set -e
root=$1
shift
compiler=
while [ "$1" != -- ]; do
	compiler="$compiler $1"
	shift
done
shift
mkdir -p include
ln -sf /usr/include/xxhash.h include/
sources=$(ls "$root"/runtime/*.c "$root"/image/*.c | grep -v /seal.c) # images are sealed elsewhere
$compiler -std=gnu17 -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -I "$root" -I "$root/include" \
	-idirafter include $sources "$@"
