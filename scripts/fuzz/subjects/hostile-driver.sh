#!/bin/sh
# Leaves what stands ready in the folder that --task_name names: files, stderr, exit code. Stands in for KFP's driver program.
if [ "$1" = -h ]; then
  exec "${0%/*}/../../../test/fake-driver-program/light-driver.sh" -h
fi
for argument in "$@"; do
  case $argument in
    --task_name=*) left=${argument#*=} ;;
  esac
done
cp -R "$left/files/." .
cat "$left/stderr" >&2
read -r code < "$left/exit-code" || [ -n "$code" ]
exit "$code"
