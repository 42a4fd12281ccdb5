#!/bin/sh
# The main job on real code: SQLite, stb and xxhash become package images that are inspected and
# called. Everything it makes is in build/demo. `./bootstrap.sh demo` prepares and runs it.
set -eu
cd "$(dirname "$0")/.."
pkgimg=${PKGIMG:-build/release/bin/pkgimg}
out=build/demo
[ -x "$pkgimg" ] || { echo "demo: error: no $pkgimg; run ./bootstrap.sh demo" >&2; exit 1; }

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

title() {
  printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# print a command as the user would type it, then run it
show() {
  line=pkgimg
  [ "$1" = "$pkgimg" ] || line=$1
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./=:,+-]*) line="$line '$word'" ;;
      *) line="$line $word" ;;
    esac
  done
  printf '%s$ %s%s\n' "$bold" "$(echo "$line" | cut -d ' ' -f 1,3-)" "$plain"
  "$@"
}

# the same, with the first lines of what it prints
show_head() {
  lines=$1
  shift
  show "$@" >"$out/head.txt"
  head -n $((lines + 1)) "$out/head.txt"
  total=$(wc -l <"$out/head.txt")
  [ "$total" -le $((lines + 1)) ] || echo "  ... and $((total - lines - 1)) lines more"
}

# now_ms: of the clock, for differences
now_ms() {
  date +%s%N | sed 's/......$//'
}

# source to bitcode, once
compile() {
  source=$1 name=$2
  shift 2
  if [ ! -f "$out/$name.bc" ] || [ "$source" -nt "$out/$name.bc" ]; then
    show clang-19 -g -O1 -w -emit-llvm -c "$source" -o "$out/$name.bc" "$@"
  else
    echo "$out/$name.bc is there from an earlier run"
  fi
}

# timing FILE [PHASE]: milliseconds of a phase, or of all, from --timings
timing() {
  awk -v phase="${2-}" '$1 == "pkgimg:" && $2 == "timing:" {
    name = $3; for (i = 4; i <= NF - 2; i++) name = name " " $i
    if (phase == "" || name == phase) sum += $(NF - 1)
  } END { printf "%.2f", sum }' "$1"
}

# bitcode to image; the phases go to NAME.build
build() {
  name=$1
  shift
  start=$(now_ms)
  set -- "$pkgimg" build --timings "$out/$name.bc" -o "$out/$name.so" "$@"
  show "$@" >"$out/$name.build" 2>&1 || {
    cat "$out/$name.build"
    exit 1
  }
  echo $(($(now_ms) - start)) >"$out/$name.ms"
  sed 's/^pkgimg: timing: \(.*\) \([0-9.]*\) ms$/  \1: \2 ms/' "$out/$name.build"
}

# row NAME FUNCTION: sizes and times of an image, for the table at the end
row() {
  "$pkgimg" run --timings "$out/$1.so" "$2" >/dev/null 2>"$out/$1.run"
  printf '%-8s %10s %10s %12s %10s %10s %14s\n' "$1" \
    "$(wc -c <"$out/$1.bc")" "$(wc -c <"$out/$1.so")" \
    "$(cat "$out/$1.ms")" "$(timing "$out/$1.build" link)" \
    "$(timing "$out/$1.run" load)" "$(timing "$out/$1.run" 'first call')"
}

mkdir -p "$out"
tools/fetch-sqlite
sqlite=build/inputs/sqlite3

version=$(sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' $sqlite/sqlite3.h)
title "SQLite $version, from npm's better-sqlite3"
compile $sqlite/sqlite3.c sqlite3
build sqlite3
show_head 16 "$pkgimg" inspect "$out/sqlite3.so"
show "$pkgimg" run "$out/sqlite3.so" sqlite3_libversion
show "$pkgimg" run "$out/sqlite3.so" sqlite3_complete 'select 1;'
show "$pkgimg" run "$out/sqlite3.so" sqlite3_strglob '*.so' sqlite3.so

title "stb, from Debian's libstb-dev"
compile examples/stb.c stb
build stb
show_head 8 "$pkgimg" inspect "$out/stb.so"
show "$pkgimg" run "$out/stb.so" stb_perlin_noise3 1.5 2.25 3.75 0 0 0
show "$pkgimg" run "$out/stb.so" noise_png "$out/noise.png" 256
show "$pkgimg" run "$out/stb.so" stbi_info "$out/noise.png" 0x0 0x0 0x0

title "xxhash, from Debian's libxxhash-dev"
compile examples/xxhash.c xxhash
build xxhash
show_head 8 "$pkgimg" inspect "$out/xxhash.so"
show "$pkgimg" run "$out/xxhash.so" XXH_versionNumber
show "$pkgimg" run "$out/xxhash.so" hash_text 'package images' 0

title "In numbers"
printf '%-8s %10s %10s %12s %10s %10s %14s\n' '' 'bitcode B' 'image B' 'build ms' 'link ms' \
  'load ms' 'first call ms'
row sqlite3 sqlite3_libversion
row stb stbi_failure_reason
row xxhash XXH_versionNumber

title "Time to the first call of SQLite: the image, or the same bitcode compiled in memory (ORC)"
show "$pkgimg" run --timings --jit "$out/sqlite3.bc" sqlite3_libversion 2>"$out/sqlite3.jit"
image=$(timing "$out/sqlite3.run")
jit=$(timing "$out/sqlite3.jit")
awk -v image="$image" -v jit="$jit" 'BEGIN {
  printf "image %.2f ms, JIT %.0f ms", image, jit
  if (image > 0) printf ": the image answers %.0f times sooner", jit / image
  printf "\n"
}'
