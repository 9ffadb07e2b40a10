# shellcheck shell=bash
# Revisions, tags and traffic. $work/service.json is the service as it was last looked at.

look() { call gcloud run services describe "$service" --format=json && cp "$work/out" "$work/service.json"; }

# The wanted split, such as 'one=30,other=70'; the newest revision goes by its name.
split() {
  jq -r '.status.latestReadyRevisionName as $latest | [.spec.traffic[]? | select((.percent // 0) > 0) | {name: (.revisionName // $latest), percent}]
    | group_by(.name) | map("\(.[0].name)=\(map(.percent) | add)") | join(",")' "$work/service.json"
}

most_traffic() { split | tr ',' '\n' | sort -t = -k 2,2nr | sed -n '1s/=.*//p'; }

tagged() { jq -r --arg tag "$1" '.status.latestReadyRevisionName as $latest | first(.spec.traffic[]? | select(.tag == $tag) | .revisionName // $latest) // ""' "$work/service.json"; }

create_candidate() {
  local unproven proven serving
  # What still has the tag and serves was never watched to its end: what was there before it is what can be returned to.
  unproven=$(tagged candidate) proven=$(tagged previous)
  say "Creating a revision of $image, without traffic…"
  # Tagged in a second step: a deployment that tags also fixes the revision's name in the service's template, where Terraform could neither leave nor ignore it.
  call gcloud run deploy "$service" --image="$image" --no-traffic --command= --args= --format=json || fail "No revision could be made that is ready: $(reason)"
  cp "$work/out" "$work/service.json"
  # The one that is latest of the ready ones can still be the one before, where no traffic moves.
  revision=$(jq -r '.status.latestCreatedRevisionName // ""' "$work/service.json")
  live_url=$(jq -r '.status.url // ""' "$work/service.json")
  before=$(split)
  serving=$(most_traffic)
  if [ -z "$revision" ] || [ -z "$live_url" ] || [ -z "$before" ]; then fail "Cloud Run does not say which revision was made, at which address the service is, or who serves."; fi
  case ",$before" in *",$revision="*) fail "There is no new revision: $revision has traffic already." ;; esac
  call gcloud run services update-traffic "$service" --update-tags="candidate=$revision" --format=json || fail "$revision could not be tagged 'candidate': $(reason)"
  candidate_url=$(jq -r 'first(.[]?.tags[]? | select(.tag == "candidate") | .url) // ""' "$work/out")
  [ -n "$candidate_url" ] || fail "Cloud Run does not say at which address the revision tagged 'candidate' is."
  if [ -n "$proven" ]; then undo_tag=--update-tags=previous=$proven; else undo_tag=--remove-tags=previous; fi
  if [ -n "$proven" ] && [ "$serving" = "$unproven" ]; then previous=$proven; else previous=$serving; fi
  say "The revision is $revision, at $candidate_url. Traffic is at $before."
}

move_traffic() {
  look || fail "The service could not be looked at before its traffic is moved: $(reason)"
  [ "$(split)" = "$before" ] || fail "Somebody else moved the traffic meanwhile: it is at $(split), and was at $before."
  [ "$(tagged candidate)" = "$revision" ] || fail "Another deployment began meanwhile: its candidate is $(tagged candidate)."
  say "Moving all traffic to $revision…"
  since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  stage=moving
  call gcloud run services update-traffic "$service" --to-revisions="$revision=100" --update-tags="previous=$previous" --format=none \
    || fail "Traffic could not be moved: $(reason)"
  stage=moved
}

# take_back REASON: ends a deployment after its traffic was moved, or may have been.
take_back() {
  local now=
  look && now=$(split)
  if [ "$now" = "$before" ] && [ "$stage" = moving ] && [ -z "$interrupted" ]; then
    stage=still
    return
  fi
  case $now in
    '' | "$revision=100") ;; # Where nobody says where it is, it is taken back as well.
    "$before") ;; # An interrupted request may still arrive; one that was made after it cannot be overtaken.
    *) abandon "$1 Somebody else has moved the traffic to $now, where it is left." "To see all of it: gcloud run services describe $where_it_is" ;;
  esac
  say "Taking traffic back to $before…"
  return_traffic || return_traffic || abandon "$1 Traffic could not be taken back: $(reason)" "$(way_back)"
  tell deploy.rolled_back ERROR "$1"
  say "Taken back: traffic is at $before, as it was. $revision can be looked at, without traffic: $candidate_url"
  summarise "Taken back to $before: $1"
  finish 3
}

return_traffic() { call gcloud run services update-traffic "$service" --to-revisions="$before" "$undo_tag" --format=none; }

# abandon REASON WHAT-TO-DO: traffic is not where this script can answer for it.
abandon() {
  printf 'A PERSON HAS TO ACT: %s\n' "$1" >&2 || true
  tell deploy.failed CRITICAL "$1"
  say "$2"
  summarise "A person has to act: $1"
  finish 4
}

way_back() { printf 'To move the traffic: gcloud run services update-traffic %s --to-revisions=%s' "$where_it_is" "$before"; }

complete() {
  if ! look; then
    warn "The service could not be looked at, so $revision keeps the tag 'candidate': $(reason)"
  elif [ "$(split)" != "$revision=100" ]; then
    fail "$revision is well, but the traffic was moved away while it was watched."
  elif [ "$(tagged candidate)" = "$revision" ]; then
    call gcloud run services update-traffic "$service" --remove-tags=candidate --format=none || warn "$revision keeps the tag 'candidate': $(reason)"
  fi
  schedule_image
  see_through
  stage=over
  tell deploy.completed INFO ''
  say "Deployed: $revision serves at $live_url. To take it back: infra/deploy rollback"
  [ -z "${GITHUB_OUTPUT:-}" ] || printf 'revision=%s\nurl=%s\n' "$revision" "$live_url" >>"$GITHUB_OUTPUT"
  summarise "Deployed $image as $revision at $live_url."
  finish 0
}

# All traffic to the revision tagged 'previous'. Doing it twice is harmless: the tag stays where it is.
send_back() {
  revision=$(split) before=$(tagged previous)=100
  if [ "$revision" = "$before" ]; then
    say "All traffic is at ${before%=*} already."
    finish 0
  fi
  say "Sending all traffic from $revision to ${before%=*}…"
  stage=returning
  call gcloud run services update-traffic "$service" --to-revisions="$before" --format=none || fail "Traffic could not be taken back: $(reason)"
  see_through
  find_image_of "${before%=*}" && schedule_image
  stage=over
  tell deploy.rolled_back ERROR 'Somebody asked for it (infra/deploy rollback).'
  say "Taken back: all traffic is at ${before%=*}."
  summarise "Taken back to ${before%=*}, as somebody asked for."
  finish 0
}
