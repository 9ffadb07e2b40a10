# shellcheck shell=bash
# How the script runs other programs, what it says, and how it ends: in every case by one of the exit codes of its usage.

# Where traffic is: 'still' where it was, 'moving', 'moved', or 'returning' because somebody asked for it. 'over' when nothing is left to be done.
stage=still
interrupted=

begin() {
  work=$(mktemp -d)
  chmod 700 "$work"
  : >"$work/err"
  trap '' PIPE # nobody listens any more: that ends no deployment halfway
  trap 'interrupt INT' INT
  trap 'interrupt TERM' TERM
  trap 'interrupt HUP' HUP
  trap 'ended $?' EXIT
}

say() { printf '%s\n' "$*" || true; }

warn() { printf 'Warning: %s\n' "$*" >&2 || true; }

# call PROGRAM…: runs it so that a signal is acted on at once, not when it ends. What it says is in $work/out and $work/err. A group of its own keeps a
# terminal's Ctrl-C, and whoever signals all of this script's group, from ending it before its end can be judged.
call() {
  local status=0
  set -m
  "$@" >"$work/out" 2>"$work/err" </dev/null &
  set +m
  wait "$!" || status=$?
  return "$status"
}

# What the last call said of its failure, on one line: from gcloud's 'ERROR' on, without the progress before it.
reason() {
  { sed -n '/^ERROR: /,$p' "$work/err" | grep . || tail -n 4 "$work/err"; } | sed 's/^ERROR: ([a-z.-]*) //' | tr '\n' ' ' | tr -d '\033' | cut -c 1-1000 | sed 's/ *$//'
}

interrupt() { # interrupt SIGNAL
  trap '' INT TERM HUP
  interrupted=$1
  local group
  for group in $(jobs -p); do
    kill -KILL -- "-$group" 2>/dev/null || true
    wait "$group" 2>/dev/null || true
  done
  fail "It was interrupted by SIG$1."
}

# Neither a signal nor a small error, such as a file that cannot be written, may break off what comes now.
see_through() {
  trap '' INT TERM HUP
  set +e
}

# fail REASON: ends a deployment. Traffic that was moved is taken back.
fail() {
  see_through
  printf 'FAILED: %s\n' "$1" >&2 || true
  case $stage in
    moving | moved) take_back "$1" ;;
    returning) abandon "$1" "$(way_back)" ;;
  esac
  tell deploy.failed ERROR "$1"
  say "Not deployed. Traffic never moved."
  [ -z "${candidate_url:-}" ] || say "The revision $revision can be looked at, without traffic: $candidate_url"
  summarise "Not deployed: $1"
  finish 1
}

# finish CODE: nothing is left to be done.
finish() {
  stage=over
  rm -rf "$work"
  exit "$1"
}

ended() { # ended CODE: what 'set -e' stops is a failure like any other
  [ "$stage" = over ] || fail "infra/deploy broke off with $1: $(reason)"
  rm -rf "$work"
}

# tell EVENT SEVERITY REASON: Cloud Logging gets to know, and whoever its alerts go to. Its API is asked, not gcloud, which takes a second to start: a
# workflow that is cancelled leaves this script ten.
tell() {
  local message
  case $1 in
    deploy.completed) message="$image was deployed as ${revision:-}." ;;
    deploy.rolled_back) message="Traffic was taken back to ${before:-}: $3" ;;
    *) message="The deployment of ${image:-?} failed: $3" ;;
  esac
  jq -nc --arg event "$1" --arg message "$message" --arg image "${image:-}" --arg revision "${revision:-}" --arg previous "${before:-}" --arg reason "$3" \
    --arg log "projects/${GOOGLE_CLOUD_PROJECT:-}/logs/eventpipeline-deploy" --arg severity "$2" \
    '{entries: [{logName: $log, resource: {type: "global"}, severity: $severity,
      jsonPayload: {event: $event, message: $message, image: $image, revision: $revision, previous: $previous, reason: $reason}}]}' >"$work/entry"
  write_entry
  if [ "$status" = 401 ] && call gcloud auth print-access-token; then # The last one was gcloud's for a while, and may have come to its end.
    keep_access_token
    write_entry
  fi
  [ "$status" = 200 ] || warn "Cloud Logging was not told, so no alert says it: $(explain)"
}

write_entry() { ask access "${logging}v2/entries:write" --header 'Content-Type: application/json' --data-binary "@$work/entry"; }

# summarise SENTENCE: for the page of the workflow's run.
summarise() { [ -z "${GITHUB_STEP_SUMMARY:-}" ] || printf '%s\n' "$1" >>"$GITHUB_STEP_SUMMARY"; }
