# heap.sh ROOT FOLDER COMPILER LINK...: the tests of heaps as FOLDER/heap_load and FOLDER/heap_host
set -e
root=$1 folder=$2 compiler=$3
shift 3
mkdir -p "$folder/tests"
cd "$folder"
ln -sf /usr/include/xxhash.h .
$compiler -idirafter . -c "$root"/runtime/*.c "$root"/image/*.c
for name in heap_load heap_host; do
	$compiler -idirafter . -c "$root/test/unit/${name}_test.c" -o "tests/$name.o"
	"$@" ./*.o "tests/$name.o" -o "$name"
done
