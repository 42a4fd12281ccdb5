# caps.sh QUERIES CAP... | caps.sh QUERIES -cpu MODEL...: the queries on a.so under each cap, or on each CPU of
# qemu's: which target ran, and whether the answers are those in the file `wanted`.
queries=$1
shift
[ "$1" = -cpu ] && qemu=yes && shift
for cap; do
	if [ "$qemu" ]; then
		qemu-x86_64 -cpu "$cap" "$(command -v sqlite-queries)" a.so "$queries" > got 2> target
	else
		PKGIMG_CPU_CAP=$cap sqlite-queries a.so "$queries" > got 2> target
	fi
	echo "$cap: $(grep -v '^qemu-x86_64: warning' target), $(cmp -s wanted got && echo same || echo "other, $?")"
done
