# Runs a step of a script and prints one line on stderr: who, what, how long it took. What the step prints is shown
# only if it fails.
# usage: step WHO WHAT COMMAND [ARGUMENT…]
step() {
  local who=$1 what=$2 started=$SECONDS log status=0
  shift 2
  log=$(mktemp)
  printf '%s: %s … ' "$who" "$what" >&2
  # `set -e` must hold inside the step as well, so it is not the condition of an `if`.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    printf '%s s\n' "$((SECONDS - started))" >&2
  else
    printf 'failed after %s s\n' "$((SECONDS - started))" >&2
    cat "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}
