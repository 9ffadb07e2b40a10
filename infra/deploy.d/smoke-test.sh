# shellcheck shell=bash
# The new revision is tried through its tag's address, as everyone who will call it. Everything that is wrong is said at once.

push_deadline=600 # seconds: Pub/Sub's, and what a dry run may take
troubles=0

smoke_test() {
  say "Trying $revision…"
  stay_signed_in
  local probe
  for probe in liveness ready health; do
    ask_patiently operator "$candidate_url/$probe"
    [ "$status" = 200 ] || trouble "GET /$probe was answered with $(explain)$(who_may_call)"
  done
  stop_at_trouble
  ask_patiently operator "$candidate_url/vendors"
  [ "$status" = 200 ] || fail "GET /vendors was answered with $(explain)$(who_may_call)"
  read_accounts || fail "GET /vendors was answered with something else than vendors: $(head -c 300 "$work/body")"
  if [ ! -s "$work/accounts" ]; then
    warn "No vendor account is configured, so nothing was read. Accounts are Terraform's: infra/README.md"
  fi
  local number=0 vendor account report
  while IFS=$'\t' read -r vendor account report; do
    number=$((number + 1))
    try_account "smoke-$revision-$number" "$vendor" "$account" "$report"
  done <"$work/accounts"
  stop_at_trouble
}

trouble() {
  troubles=$((troubles + 1))
  printf '  wrong: %s\n' "$1" >&2
  first_trouble=${first_trouble:-$1}
}

stop_at_trouble() {
  case $troubles in
    0) ;;
    1) fail "The smoke test of $revision failed: $first_trouble" ;;
    *) fail "The smoke test of $revision failed, with $troubles faults, as said above. The first: $first_trouble" ;;
  esac
}

# One line per account: vendor, account, and the first report that is read of it and is not known to be refused: that one is no fault of the revision.
read_accounts() {
  jq -nr 'input | .vendors[] | .vendor as $vendor | .accounts[] | [$vendor, .account, ([.access[]? | select(.state != "refused").report] + .reads)[0]] | @tsv' "$work/body" >"$work/accounts" 2>/dev/null
}

# try_account RUN VENDOR ACCOUNT REPORT: the account's key reads a day that every vendor has closed, and nothing is changed.
try_account() {
  local run=$1 what="$2/$3 $4" day state because
  stay_signed_in
  day=$(jq -nr 'now - 3 * 86400 | strftime("%Y-%m-%d")')
  jq -nc --arg runId "$run" --arg vendor "$2" --arg account "$3" --arg report "$4" --arg day "$day" \
    '{runId: $runId, mode: "dry_run", vendor: $vendor, account: $account, report: $report, from: $day, to: $day, force: false}' >"$work/event"
  patience=$push_deadline ask_patiently push "$candidate_url/events/fetch-requested" --data-binary "@$work/event" --header 'Content-Type: application/json' \
    --header 'ce-specversion: 1.0' --header "ce-id: $run" --header 'ce-source: //eventpipeline/deploy' --header 'ce-type: eventpipeline.fetch.requested.v1'
  if [ "$status" != 204 ]; then
    trouble "$what of $day: the push was answered with $(explain)$(who_may_push)"
    return
  fi

  # A rejection is acknowledged too: how it ended, the run says.
  ask_patiently operator "$candidate_url/runs/$run"
  if [ "$status" != 200 ]; then
    trouble "$what of $day: the push was acknowledged, but GET /runs/$run was answered with $(explain)"
    return
  fi
  state=$(jq -r '.windows[0].state // "unknown"' "$work/body")
  because=$(jq -r '.windows[0].reason // "No reason is given."' "$work/body")
  case $state in
    loaded | empty | unchanged) say "  $what of $day: $state" ;;
    rejected) trouble "$what of $day was rejected: $because (A key is replaced as docs/operations.md says, 'Rotate a credential'.)" ;;
    *) trouble "$what of $day is '$state': $because" ;;
  esac
}

# ask_patiently: ask, a few times while the answer may be a moment's (an instance starts, the tag's address is new), and not for longer than a push may take.
ask_patiently() {
  local began=$SECONDS pause wait
  for pause in 1 2 4 8 0; do
    ask "$@"
    case $status in 000 | 404 | 429 | 500 | 502 | 503 | 504) ;; *) return 0 ;; esac
    [ $pause -gt 0 ] && [ $((SECONDS - began)) -lt $push_deadline ] || return 0
    wait=$(tr -d '\r' <"$work/headers" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,2\}\)$/\1/p' | tail -n 1)
    call sleep "${wait:-$pause}"
  done
}

who_may_call() {
  case $status in
    401) printf ' The token of %s was not taken: is it among Authentication__Operators__Principals__*?' "$operator_identity" ;;
    403) printf ' Has %s roles/run.invoker on the service?' "$operator_identity" ;;
    000 | 404) printf ' Where ingress is internal, a tagged address answers only within the VPC.' ;;
  esac
}

who_may_push() {
  case $status in
    401) printf ' Every push would be refused, and no run would read anything. The token was made for %s and the audience %s. Either the settings Authentication__Push__* say otherwise, or Cloud Run took the signature off the token: the log of %s says which, and docs/decisions/0006-who-may-call.md why.' \
      "$push_identity" "$push_audience" "$revision" ;;
    403) printf ' Has %s roles/run.invoker on the service, and is it Authentication__Push__Email?' "$push_identity" ;;
  esac
}
