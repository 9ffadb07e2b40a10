# shellcheck shell=bash
# Who the script speaks as: the push identity and the operators' one, by ID tokens that the service takes. Tokens stay in files that nobody else may read;
# none is ever an argument or a variable, where 'ps' or 'set -x' would show it.

# The APIs that gcloud has no command for that would do, where gcloud too would find them.
iam_credentials=${CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS:-https://iamcredentials.googleapis.com/}
logging=${CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING:-https://logging.googleapis.com/}
token_lifetime=1800 # seconds; they are valid for an hour, and what is begun with one may take a while

keep_access_token() { bearer <"$work/out" >"$work/access.header"; }

bearer() { sed -n '1s/^/Authorization: Bearer /p'; }

# What the service expects of its callers, from its own settings.
read_identities() {
  push_identity=$(setting Authentication__Push__Email)
  push_audience=$(setting Authentication__Push__Audience)
  operator_audience=$(setting Authentication__Operators__Audience)
  operator_identity=$(jq -r 'first(.spec.template.spec.containers[0].env[]?
    | select((.name | startswith("Authentication__Operators__Principals__")) and ((.value // "") | endswith(".gserviceaccount.com"))) | .value) // ""' "$work/service.json")
  if [ -z "$push_identity" ] || [ -z "$push_audience" ] || [ -z "$operator_audience" ] || [ -z "$operator_identity" ]; then
    lacks "the service's settings of who may call (Authentication__Push__Email, …__Push__Audience, …__Operators__Audience, and a service account among …__Operators__Principals__*)" \
      'Run terraform apply first.'
    return
  fi
  sign_in operator || lacks_token "$operator_identity"
  sign_in push || lacks_token "$push_identity"
  signed_in=$SECONDS
}

setting() { jq -r --arg name "$1" 'first(.spec.template.spec.containers[0].env[]? | select(.name == $name) | .value) // ""' "$work/service.json"; }

lacks_token() { # lacks_token IDENTITY
  lacks "an ID token of $1: $why" \
    "Whoever deploys needs roles/iam.serviceAccountOpenIdTokenCreator on it: gcloud iam service-accounts add-iam-policy-binding $1 --role=roles/iam.serviceAccountOpenIdTokenCreator --member=… --project=$GOOGLE_CLOUD_PROJECT"
}

# sign_in AS: an ID token, into $work/AS.header. The API is asked, not 'gcloud auth print-identity-token --impersonate-service-account': that makes an access
# token first, and so needs a role that could do more than this.
sign_in() {
  local identity audience
  case $1 in
    push) identity=$push_identity audience=$push_audience ;;
    operator) identity=$operator_identity audience=$operator_audience ;;
  esac
  jq -nc --arg audience "$audience" '{audience: $audience, includeEmail: true}' >"$work/request"
  ask access "${iam_credentials}v1/projects/-/serviceAccounts/$identity:generateIdToken" \
    --header 'Content-Type: application/json' --data-binary "@$work/request"
  if [ "$status" != 200 ]; then
    why=$(explain) # of a failure alone: what is said of success is the token
    return 1
  fi
  why='the answer has none'
  jq -er '.token' "$work/body" 2>/dev/null | bearer >"$work/$1.header"
}

# Tokens last an hour, a deployment may last longer.
stay_signed_in() {
  [ $((SECONDS - signed_in)) -ge "$token_lifetime" ] || return 0
  call gcloud auth print-access-token || fail "Google Cloud gives no credentials any more: $(reason)"
  keep_access_token
  sign_in operator || fail "There is no ID token of $operator_identity any more: $why"
  sign_in push || fail "There is no ID token of $push_identity any more: $why"
  signed_in=$SECONDS
}

# ask AS ADDRESS [CURL'S OPTIONS…]: one request. $status is the answer's, 000 without a whole one; $work/body is what it said.
ask() {
  local header="$work/$1.header" address=$2
  shift 2
  : >"$work/body" >"$work/headers"
  call curl --disable --silent --show-error --max-time "${patience:-30}" --header "@$header" --output "$work/body" --dump-header "$work/headers" \
    --write-out '%{http_code}' "$@" "$address" && status=$(cat "$work/out") || status=000
}

# What the last answer says of itself, in one line.
explain() {
  if [ "$status" = 000 ]; then
    printf 'no answer: %s' "$(reason)"
  else
    printf '%s: %s' "$status" "$({ jq -er '.detail? // .reason? // .error?.message? // ([.components[]? | select(.reason) | "\(.name) is \(.state). \(.reason)"] | join(" ") | select(. != ""))
      // .title? // empty' "$work/body" 2>/dev/null || cat "$work/body"; } | tr '\n' ' ' | cut -c 1-600 | sed 's/ *$//')"
  fi
}
