# shellcheck shell=bash
# The new revision has the traffic, and shows whether it can bear it.

watch() {
  local ends=$((SECONDS + watch_seconds)) bad=0
  say "Watching $revision for $watch_seconds s…"
  while :; do
    stay_signed_in
    ask operator "$live_url/health"
    if [ "$status" = 200 ]; then
      bad=0
      find_error
      [ $SECONDS -lt $ends ] || return 0
      call sleep 5
    else
      # One may be a hiccup.
      bad=$((bad + 1))
      [ $bad -lt 2 ] || fail "GET /health was answered twice with $(explain)"
      call sleep 1
    fi
  done
}

# What a person has to act on, and the new revision wrote since it has the traffic. Events about data are not about the revision; an answer of 5xx is Cloud
# Run's own entry, and Pub/Sub's way of hearing "again, please".
find_error() {
  local filter="resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"$service\" AND resource.labels.revision_name=\"$revision\""
  filter="$filter AND severity>=ERROR AND timestamp>=\"$since\" AND NOT log_id(\"run.googleapis.com/requests\")"
  filter="$filter AND NOT jsonPayload.event=(\"window.ended\" OR \"run.completed\" OR \"dead_letter.stored\")"
  if ! call gcloud logging read "$filter" --limit=1 --format=json; then
    warn "The log could not be read: $(reason)"
  elif jq -e 'length > 0' "$work/out" >/dev/null; then
    fail "$revision logged an error: $(jq -r '.[0] | .jsonPayload.message // .textPayload // .protoPayload.status.message // .insertId' "$work/out" | head -n 1 | cut -c 1-500)"
  fi
}
