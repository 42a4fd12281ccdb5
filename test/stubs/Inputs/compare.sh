# compare.sh DATA TARGET LIBRARIES: link every symbol of each list against its stub and against the
# real library, in the current folder; the outputs must be the same to the byte.
set -e
data=$1 target=$2 libraries=$3
emulation=$(pkgimg platforms "$target" | sed -n 's/^emulation: "\([a-z0-9_]*\).*/\1/p')
case $target in i386* | arm*) word=.long ;; *) word=.quad ;; esac
mkdir stub real
for list in "$data/stubs/lists/$target"/*.list; do
	name=$(basename "$list" .list)
	[ -e "$libraries/$name" ] || continue
	stub-write "$list" "stub/$name"
	cp "$libraries/$name" real
	llvm-nm -D --defined-only "stub/$name" 2>&1 | awk -v word=$word \
		'BEGIN { print ".data" } NF == 3 { sub("@.*", "", $3); print word, "\"" $3 "\"" }' > all.s
	clang-19 --target="$target" -c all.s -o all.o
	for kind in stub real; do
		ld.lld -m "$emulation" -shared all.o "$kind/$name" -o "$kind.so"
	done
	cmp stub.so real.so
	echo "$name: $(grep -c '"' all.s) symbols"
done
