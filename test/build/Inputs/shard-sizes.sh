# shard-sizes.sh MODULE FUNCTION SIZE...: build with each size of shards at three levels, call it
module=$1 function=$2
shift 2
for level in O0 O2 Os; do
  for size in "$@"; do
    pkgimg build -$level --shard-size="$size" "$module" -o "$module.so" --needs libc.so.6 \
      --needs libstdc++.so.6 --needs libgcc_s.so.1 --needs ld-linux-x86-64.so.2 \
      --export="$function" || exit 1
    printf '%s %s: ' $level "$size"
    pkgimg run "$module.so" "$function" || exit 1
  done
done
