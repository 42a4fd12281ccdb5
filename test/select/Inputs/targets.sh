# targets.sh QEMU CPU=TARGET...: on each CPU both images take that target, and their slots are right
qemu=$1 bad=0
shift
for row; do
  cpu=${row%=*} want=${row##*=}
  for run in "open plain.so" "dlopen ./early.so" "open early.so"; do
    got=$($qemu -cpu $cpu ./slots-of $run | tr '\n' ' ')
    [ "$got" = "target $want, 0 slots wrong first slot: r--p last slot: r--p " ] ||
      { echo "$cpu, $run: $got, wanted target $want"; bad=1; }
  done
done
[ $bad = 0 ] && echo all as wanted
exit $bad
