# mini.sh ROOT BUILD TARGET CLANG FOLDER: compile the modules of examples/mini for TARGET and build its
# three images in FOLDER
set -e
root=$1 build=$2 target=$3 clang=$4 out=$5
mkdir -p "$out"
free=
case $target in # there is no SDK
x86_64-apple-*) free="-ffreestanding -march=x86-64" ;;
*-apple-*) free=-ffreestanding ;;
esac
for package in base shapes bank; do
	"$clang" --target="$target" $free -g -O1 -emit-llvm -c "$root/examples/mini/$package.c" \
		-o "$out/$package.bc"
done
case $target in
x86_64-linux-gnu) target= ;;
esac
cd "$out"
# the example never gives memory back
export ASAN_OPTIONS=detect_leaks=0
"$build/examples/mini-build" . base.bc shapes.bc bank.bc $target >build.log
cat build.log
