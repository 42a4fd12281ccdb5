# b.sh MODULE-OR-PACKAGE [options]: a cached build; what it said of the cache on stdout, the image as
# the links last.so or last.pkgimg
pkgimg build --cache --store=store --verbose "$@" > out.txt 2> err.txt
code=$?
grep -e cache: -e error: err.txt
rm -f last.so last.pkgimg
case $(cat out.txt) in
*.so) ln -s "$(cat out.txt)" last.so ;;
*.pkgimg) ln -s "$(cat out.txt)" last.pkgimg ;;
esac
exit $code
