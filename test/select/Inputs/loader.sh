# loader.sh ROOT TRIPLE: the program slots-of with libpkgimg in it, for that triple
set -e
root=$1 triple=$2
mkdir -p include objects
ln -sf /usr/include/xxhash.h include/
(cd objects && clang-19 --target=$triple -D_GNU_SOURCE -std=gnu17 -O1 -I$root -I$root/include \
  -isystem /usr/$triple/include -I../include -c $root/runtime/*.c $root/image/*.c \
  $root/test/helpers/slots-of.c)
pkgld --target=$triple objects/*.o -o slots-of
