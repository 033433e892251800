#!/bin/sh
# The least that can stand in for KFP's driver program, where hundreds of runs must not cost a Node.js start each: it
# takes FAKE_DRIVER_SLEEP_SECONDS and writes its files. FAKE_DRIVER_EFFECTS and FAKE_DRIVER_CONCURRENCY as in driver.mjs.
# While the file FAKE_DRIVER_HOLD is there, it does not go on.
if [ "$1" = -h ]; then
  for flag in type pipeline_name run_id run_name run_display_name component task runtime_config iteration_index \
    dag_execution_id container kubernetes_config mlmd_server_address mlmd_server_port execution_id_path \
    iteration_count_path pod_spec_patch_path cached_decision_path condition_path log_level http_proxy https_proxy \
    no_proxy publish_logs task_name cache_disabled; do
    printf '  -%s string\n    \tof the fake\n' "$flag" >&2
  done
  exit 0
fi
concurrency=${FAKE_DRIVER_CONCURRENCY:-/dev/null}
printf '+%s\n' $$ >> "$concurrency"
while [ -e "${FAKE_DRIVER_HOLD:-/nonexistent}" ]; do
  sleep 0.05
done
sleep "${FAKE_DRIVER_SLEEP_SECONDS:-0.01}"
for argument in "$@"; do
  value=${argument#*=}
  case $argument in
    --task_name=*) printf '{"task":"%s"}\n' "$value" >> "${FAKE_DRIVER_EFFECTS:-/dev/null}" ;;
    --execution_id_path=*) printf 7 > "$value" ;;
    --iteration_count_path=*) printf 0 > "$value" ;;
    --condition_path=*) printf nil > "$value" ;;
  esac
done
printf '%s\n' "-$$" >> "$concurrency"
