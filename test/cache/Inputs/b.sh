# b.sh MODULE-OR-PACKAGE [options]: a cached build; what it said of the cache on stdout, the image as
# the links last.so or last.pki
pkgimg build --cache --store=store --verbose "$@" > out.txt 2> err.txt
code=$?
grep -e cache: -e error: err.txt
rm -f last.so last.pki
case $(cat out.txt) in
*.so) ln -s "$(cat out.txt)" last.so ;;
*.pki) ln -s "$(cat out.txt)" last.pki ;;
esac
exit $code
