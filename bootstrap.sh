#!/bin/sh
# Set up, build, try and test pkgimg on Debian 12. A second run does no work twice.
set -eu
cd "$(dirname "$0")"

usage() {
  cat <<'END'
usage: ./bootstrap.sh COMMAND
  build   install what is missing, build build/release/bin/pkgimg
  demo    build, then make, inspect and call images of SQLite, stb and xxhash
  test    build presets release and asan (sanitizers and asserts), run all tests on each
  bench   build, then measure against other tools, which it installs (bench/run)
  help    this text
Exit: 0 done, 1 failed, 2 wrong usage or a package is missing and cannot be installed here.
END
}

say() {
  printf 'bootstrap: %s\n' "$*"
}

die() {
  printf 'bootstrap: error: %s\n' "$2" >&2
  exit "$1"
}

# the lines of packages.txt, for the bench also of its own, without comments: PACKAGE or
# PACKAGE:COMMAND
wanted_packages() {
  lists=packages.txt
  [ "$command" != bench ] || lists="$lists bench/packages.txt"
  # shellcheck disable=SC2086 # a list of words
  sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' $lists
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
  for want in $(wanted_packages); do
    package=${want%%:*}
    case $want in
      *:*) command -v "${want#*:}" >/dev/null && continue ;;
    esac
    is_installed "$package" || printf '%s ' "$package"
  done
}

install_packages() {
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null ||
    die 2 "apt-get is wanted to install these packages of Debian 12: ${missing% }"
  [ "$(id -u)" = 0 ] ||
    die 2 "root is wanted; as root run: apt-get install --no-install-recommends ${missing% }"
  say "installing $missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update || die 1 "'apt-get update' failed, its message is above"
  # shellcheck disable=SC2086 # a list of words
  apt-get -q install -y --no-install-recommends $missing ||
    die 1 "'apt-get install' failed, its message is above"
}

# configure when there is nothing yet or the presets changed; ninja sees to the rest
build_preset() {
  cache=build/$1/CMakeCache.txt
  if [ ! -f "build/$1/build.ninja" ] || [ CMakePresets.json -nt "$cache" ]; then
    say "configuring preset $1"
    cmake --preset "$1"
    touch "$cache"
  fi
  say "building preset $1"
  cmake --build "build/$1" -j "$(nproc)"
}

main() {
  [ $# -gt 0 ] || { usage >&2; exit 2; }
  command=$1
  shift
  case $command in
    build | demo | test | bench) install_packages; build_preset release ;;
    help | -h | --help) usage; exit 0 ;;
    *) usage >&2; die 2 "no command is called '$command'" ;;
  esac
  case $command in
    build) say "done: build/release/bin/pkgimg" ;;
    demo) exec examples/demo.sh "$@" ;;
    test)
      build_preset asan
      tools/fetch-sqlite || say "without SQLite's source, tests that build it are skipped"
      exec python3 tools/run-tests build/release build/asan
      ;;
    bench) exec bench/run "$@" ;;
  esac
}

main "$@"
