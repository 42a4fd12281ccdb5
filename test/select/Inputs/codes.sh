# codes.sh VARIABLE PROGRAM VALUE=CODE...: run with VARIABLE (or, if it is -cpu, qemu's option) at each
# value and compare the exit code.
variable=$1 program=$2 bad=0
shift 2
for row; do
  value=${row%=*} want=${row##*=}
  if [ "$variable" = -cpu ]; then
    $QEMU -cpu "$value" $program 2>> stderr.txt
  else
    env "$variable=$value" $program 2>> stderr.txt
  fi
  got=$?
  [ $got = $want ] || { echo "$value: exit code $got, wanted $want"; bad=1; }
done
exit $bad
