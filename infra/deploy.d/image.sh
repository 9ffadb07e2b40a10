# shellcheck shell=bash
# Which image is deployed, and the schema that it needs.

build_image() {
  local commit registry=$GOOGLE_CLOUD_REGION-docker.pkg.dev
  commit=$(git -C "$root" rev-parse HEAD)
  image=$registry/$GOOGLE_CLOUD_PROJECT/eventpipeline/eventpipeline:$commit
  say "Building $image…"
  call docker build --platform=linux/amd64 --build-arg "REVISION=$commit" --tag "$image" "$root" || {
    tail -n 30 "$work/out" "$work/err" >&2
    fail "docker build failed."
  }
  sign_in_to_registry "$registry" || fail "docker could not sign in to $registry: $(reason)"
  call docker push "$image" || fail "docker could not push $image (the deployer needs roles/artifactregistry.writer): $(reason)"
}

# The registry takes the access token as a password; here it is without its header's name.
sign_in_to_registry() {
  sed 's/^Authorization: Bearer //' "$work/access.header" >"$work/password"
  call with_input "$work/password" docker login --username=oauth2accesstoken --password-stdin "https://$1"
}

with_input() { # with_input FILE PROGRAM…
  local input=$1
  shift
  "$@" <"$input"
}

# The revision that serves knows its image, by digest; the service may know a later one that failed.
find_live_image() {
  local live
  live=$(most_traffic)
  if ! call gcloud run revisions describe "$live" --format=json; then
    lacks "an image: the revision $live, which serves, could not be read: $(reason)" 'Or name the image: infra/deploy IMAGE'
  elif tells_placeholder; then
    lacks "an image: $live, which serves, is the placeholder that Terraform made" 'Build one or name one: infra/deploy, or infra/deploy IMAGE'
  else
    image=$(told_image)
  fi
}

told_image() { jq -r '.status.imageDigest // .spec.containers[0].image' "$work/out"; }

find_image_of() { call gcloud run revisions describe "$1" --format=json && image=$(told_image); } # find_image_of REVISION

# What is scheduled runs the image that serves. Where versions are kept for ever there is no such job; where it cannot be updated, what it runs is older, and does no harm.
schedule_image() {
  call gcloud run jobs update "$service-compact" --image="$image" --command= --format=none && return
  case $(reason) in *'could not be found'*) return ;; esac
  warn "The job $service-compact runs the image that it had: $(reason)"
}

is_placeholder() { call gcloud run revisions describe "$1" --format=json && tells_placeholder; } # is_placeholder REVISION

# An image of ours is started as it is.
tells_placeholder() { jq -e '.spec.containers[0] | (.command // []) + (.args // []) | length > 0' "$work/out" >/dev/null; }

# Additions only, so the revision that serves can live with it: see 'schema apply'.
apply_schema() {
  say "Applying the schema of $image (job $service-schema)…"
  if call gcloud run jobs update "$service-schema" --image="$image" --command= --args=schema,apply --execute-now --wait --format=none; then return; fi
  case $(reason) in *'could not be found'*) lacks_schema_job && stop_if_missing ;; esac
  fail "The schema was not applied: $(reason) What it said: gcloud logging read 'resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"$service-schema\"' --project=$GOOGLE_CLOUD_PROJECT --limit=20"
}
