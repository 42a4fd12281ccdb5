# heap_each.sh PKGIMG PYTHON ROOT INPUTS IMAGE...: heap_same.py for each image
set -e
pkgimg=$1 python=$2 root=$3 inputs=$4
shift 4
for image; do
	echo "$image"
	"$pkgimg" inspect --json "$image" >ours.json
	"$python" "$root/tools/decode_image.py" --heap "$image" >theirs.json
	"$python" "$inputs/heap_same.py" "$pkgimg" "$image" ours.json theirs.json
done
