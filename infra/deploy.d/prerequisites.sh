# shellcheck shell=bash
# Everything that must be there before anything is done. All that is missing is said at once.

service=eventpipeline # Terraform's name for it
missing=0

check_prerequisites() {
  check_tools
  check_settings
  [ "$missing" -gt 0 ] || check_cloud
  stop_if_missing
}

stop_if_missing() {
  [ "$missing" -eq 0 ] && return
  printf 'Nothing was done.\n' >&2
  finish 2
}

lacks() { # lacks WHAT WHAT-TO-DO
  missing=$((missing + 1))
  printf 'Missing: %s\n  %s\n' "$1" "$2" >&2
}

check_tools() {
  has gcloud || lacks 'gcloud' 'Install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install'
  has jq || lacks 'jq' 'Install jq 1.5 or newer: https://jqlang.org/download'
  if ! has curl; then
    lacks 'curl' 'Install curl 7.55 or newer.'
  elif ! [ "$(curl --version | sed -n '1s/^curl \([0-9]*\)\.\([0-9]*\).*/\1 * 1000 + \2/p' | xargs expr)" -ge 7055 ]; then
    lacks 'a newer curl' 'Install curl 7.55 or newer: an older one reads no headers from files, and a token among its arguments could be read by everyone.'
  fi
  if [ "$action" = build ]; then
    has docker || lacks 'docker' 'Install it, or deploy an image that is built already: infra/deploy IMAGE'
    check_checkout
  fi
}

has() { command -v "$1" >/dev/null; }

check_checkout() {
  if ! git -C "$root" rev-parse --verify --quiet HEAD >/dev/null; then
    lacks 'a git checkout with a commit' 'The image is named after the commit that it is built of.'
  elif [ -n "$(git -C "$root" status --porcelain -- . ':!infra')" ]; then # no part of the image, and 'terraform init' writes there
    lacks 'a clean checkout' 'The image is named after its commit: commit what changed, or put it aside (git stash --include-untracked).'
  fi
}

check_settings() {
  [ -n "${GOOGLE_CLOUD_PROJECT:-}" ] || lacks 'GOOGLE_CLOUD_PROJECT' 'export GOOGLE_CLOUD_PROJECT=the project of the service'
  [ -n "${GOOGLE_CLOUD_REGION:-}" ] || lacks 'GOOGLE_CLOUD_REGION' 'export GOOGLE_CLOUD_REGION=the region of the service, such as us-central1'
  watch_seconds=${WATCH_SECONDS:-120}
  case $watch_seconds in
    *[!0-9]* | ??????*) lacks "a number of seconds in WATCH_SECONDS, which is '$watch_seconds'" 'Give a whole number from 0 to 99999.' ;;
    *) watch_seconds=$((10#$watch_seconds)) ;; # '08' is no octal number.
  esac

  where_it_is="$service --project=${GOOGLE_CLOUD_PROJECT:-} --region=${GOOGLE_CLOUD_REGION:-}"

  # gcloud's own settings must not lead elsewhere, ask questions, or look whether APIs are enabled, which the deployer may not.
  export CLOUDSDK_CORE_PROJECT=${GOOGLE_CLOUD_PROJECT:-} CLOUDSDK_RUN_REGION=${GOOGLE_CLOUD_REGION:-} CLOUDSDK_RUN_PLATFORM=managed \
    CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API=false CLOUDSDK_CORE_VERBOSITY=warning CLOUDSDK_CORE_LOG_HTTP=false \
    CLOUDSDK_CORE_USER_OUTPUT_ENABLED=true

  # The proxy that gcloud is told of is curl's too, unless curl is told of another.
  case ${CLOUDSDK_PROXY_TYPE:-} in
    http*) export all_proxy="${all_proxy:-${ALL_PROXY:-http://${CLOUDSDK_PROXY_ADDRESS:-}:${CLOUDSDK_PROXY_PORT:-}}}" no_proxy="${no_proxy:-${NO_PROXY:-localhost,127.0.0.1}}" ;;
  esac
}

check_cloud() {
  if ! call gcloud auth print-access-token; then
    lacks "credentials of Google Cloud: $(reason)" 'gcloud auth login; in a workflow google-github-actions/auth comes before this.'
    return
  fi
  keep_access_token
  if ! look; then
    lacks "the Cloud Run service $service (project $GOOGLE_CLOUD_PROJECT, region $GOOGLE_CLOUD_REGION): $(reason)" \
      'Run terraform apply first, or correct GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_REGION.'
    check_schema_job
    return
  fi
  case $action in
    rollback)
      if [ -z "$(tagged previous)" ]; then
        lacks "a revision tagged 'previous'" "Nothing was deployed that could be taken back. All revisions: gcloud run revisions list --service=$where_it_is"
      elif is_placeholder "$(tagged previous)"; then
        lacks "a revision to go back to: $(tagged previous), tagged 'previous', is the placeholder that Terraform made, which refuses every event" \
          'Deploy an image that works: infra/deploy IMAGE'
      fi
      ;;
    *)
      read_identities
      find_ingress
      ;;
  esac
  case $action in
    current) find_live_image ;;
    build) check_schema_job ;; # It is the next thing to be used otherwise, and need not be looked for.
  esac
}

check_schema_job() { call gcloud run jobs describe "$service-schema" --format=none || lacks_schema_job; }

lacks_schema_job() { lacks "the Cloud Run job $service-schema, which applies the schema: $(reason)" 'Run terraform apply first.'; }

find_ingress() {
  local ingress
  ingress=$(jq -r '.metadata.annotations["run.googleapis.com/ingress"] // "all"' "$work/service.json")
  [ "$ingress" = all ] || warn "$service takes requests from the inside alone (ingress is '$ingress'): its tagged address answers only a caller within the VPC."
}
