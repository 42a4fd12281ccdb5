# full-disk.sh FOLDER: builds in a store on a disk of 512 KiB that is nearly full, then not
mount -t tmpfs -o size=512k tmpfs "$1"
head -c 505000 /dev/zero > "$1/filler"
pkgimg build --cache --store="$1" v.bc
pkgimg cache verify --store="$1"
rm "$1/filler"
pkgimg build --cache --store="$1" --verbose v.bc
pkgimg cache verify --store="$1"
