# matrix.sh QEMU... < TABLE: check-host under `QEMU -cpu MODEL` for each row of the table,
#
#   MODEL [PKGIMG_CPU_CAP=CAP] IMAGE=RESULT...
#
# on each image, one process each; MODEL `here` is no qemu. RESULT is the target that runs, with right
# answers; or `refused`: by libpkgimg, which says what is needed; or `SIGILL`.
# Prints what is not as wanted, and how many were.
cases=0 bad=0
while read -r model row; do
	case $model in '' | '#'*) continue ;; esac
	unset PKGIMG_CPU_CAP HWPROBE
	for word in $row; do
		case $word in PKGIMG_CPU_CAP=* | HWPROBE=*) export "$word" && continue ;; esac
		image=${word%%=*} want=${word#*=}
		status=0
		case $want in
		refused) status=1 ;;
		SIGILL) status=132 want= ;;
		*) want="target $want, right" ;;
		esac
		if [ "$model" = here ]; then
			got=$(./check-host $image.so 2> stderr.txt)
		else
			got=$("$@" -cpu $model ./check-host $image.so 2> stderr.txt)
		fi
		code=$?
		cases=$((cases + 1))
		[ "$got" = "$want" ] && [ $code = $status ] && continue
		echo "$model $PKGIMG_CPU_CAP$HWPROBE $image: '$got' ($code), wanted '$want' ($status)"
		bad=$((bad + 1))
	done
done
echo "$cases runs, $bad not as wanted"
