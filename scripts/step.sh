# Progress for the scripts of this folder; sourced by them, never run.
#
#   step TEXT COMMAND [ARGUMENTS]   runs a command or function quietly and says how it goes
#   attempt TEXT COMMAND [...]      the same, but a failure only sets $attempt_status
#   note TEXT                       one plain line between steps
#   fail TEXT...                    one line each on stderr, then the script ends with status 1
#
# On a terminal a step is one line with a spinner, the seconds and the last line of its output;
# elsewhere one line when it begins and one when it ends, and one every 30 seconds between. V=1 shows
# the command and its output instead. All output is kept in $STEP_LOG. A step that fails shows the end
# of its output and ends the script with the command's status. Never call either in a condition: there
# bash would ignore `set -e` inside the command too.

STEP_LOG=${STEP_LOG:-$PWD/build/$(basename "$0").log}
mkdir -p "$(dirname "$STEP_LOG")"
: > "$STEP_LOG"

note() { printf '%s\n' "$*" >&2; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

step() {
  attempt "$@"
  [ "$attempt_status" = 0 ] || exit "$attempt_status"
}

attempt() {
  local text=$1 begin=$SECONDS status mark spinner=
  shift
  printf '\n== %s\n' "$text" >> "$STEP_LOG"
  if [ -n "${V:-}" ] && [ "$V" != 0 ]; then
    note "== $text"
    note "+ $*"
    set +e
    ( set -e; "$@" ) 2>&1 | tee -a "$STEP_LOG" >&2
    status=${PIPESTATUS[0]}
    set -e
  else
    if ! step_on_terminal; then note "$text ..."; fi
    step_spin "$text" "$BASHPID" & spinner=$!
    trap 'kill "$spinner" 2>/dev/null; step_clear; exit 130' INT TERM
    mark=$(wc -l < "$STEP_LOG")
    set +e
    ( set -e; "$@" ) >> "$STEP_LOG" 2>&1 < /dev/null
    status=$?
    kill "$spinner" 2>/dev/null
    wait "$spinner" 2>/dev/null
    set -e
    trap - INT TERM
    step_clear
  fi
  attempt_status=$status
  if [ "$status" = 0 ]; then
    note "$text: done ($((SECONDS - begin)) s)"
    return
  fi
  note "$text: failed with status $status"
  if [ -n "$spinner" ]; then
    note "The end of $STEP_LOG:"
    tail -n "+$((mark + 1))" "$STEP_LOG" | tail -n 40 | sed 's/^/  /' >&2
  fi
}

step_on_terminal() { [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; }

step_clear() {
  if step_on_terminal; then printf '\r\033[K' >&2; fi
}

# Runs beside a step until it is ended, or until the script itself (process $2) is gone.
step_spin() {
  local text=$1 owner=$2 begin=$SECONDS turn=0 line width
  local -a marks=('|' '/' '-' '\')
  if ! step_on_terminal; then
    while sleep 30 && kill -0 "$owner" 2>/dev/null; do
      note "  $((SECONDS - begin)) s: $(step_last_line 100)"
    done
    return
  fi
  width=$(stty size 2>/dev/null < /dev/tty | cut -d' ' -f2) || width=
  [ "${width:-0}" -gt 20 ] || width=80
  while kill -0 "$owner" 2>/dev/null; do
    line="${marks[turn++ % 4]} $text $((SECONDS - begin)) s  $(step_last_line "$width")"
    printf '\r\033[K%s' "${line:0:width-1}" >&2
    sleep 0.2
  done
}

step_last_line() {
  tail -c 2000 "$STEP_LOG" | tr '\r' '\n' | tr -cd '[:print:]\n' | sed '/^ *$/d' | tail -n 1 | cut -c "1-$1"
}
