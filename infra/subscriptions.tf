locals {
  # What people publish is pushed wrapped: any attribute arrives safely. Only the service publishes fetch messages: unwrapped they are CloudEvents requests.
  # A vendor's fetch messages have a subscription of their own, so that none waits for another vendor's. `fetch` takes what no vendor's takes: every other name,
  # and messages that name none. A filter cannot be changed: another list of vendors replaces `fetch` (docs/deploy.md).
  pushes = merge(
    {
      trigger = { topic = "trigger", path = "/events/run-requested", unwrapped = false, dead_letters = true, filter = "" }
      fetch = {
        topic  = "fetch", path = "/events/fetch-requested", unwrapped = true, dead_letters = true
        filter = join(" AND ", [for vendor in keys(local.sections) : "NOT attributes.ce-vendor = \"${vendor}\""])
      }
      dead-letter = { topic = "dead-letter", path = "/events/dead-lettered", unwrapped = false, dead_letters = false, filter = "" } # tried until it is stored
    },
    {
      for vendor in keys(local.sections) : "fetch-${vendor}" => {
        topic  = "fetch", path = "/events/fetch-requested", unwrapped = true, dead_letters = true
        filter = "attributes.ce-vendor = \"${vendor}\""
      }
    },
  )
}

resource "google_pubsub_subscription" "push" {
  for_each = local.pushes

  name                       = "${local.name}-${each.key}-push"
  topic                      = google_pubsub_topic.this[each.value.topic].id
  filter                     = each.value.filter
  ack_deadline_seconds       = 600
  message_retention_duration = "604800s" # 7 days

  expiration_policy {
    ttl = "" # never
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dynamic "dead_letter_policy" {
    for_each = each.value.dead_letters ? [google_pubsub_topic.this["dead-letter"].id] : []
    content {
      dead_letter_topic     = dead_letter_policy.value
      max_delivery_attempts = 30
    }
  }

  push_config {
    push_endpoint = "${google_cloud_run_v2_service.this.uri}${each.value.path}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = local.audience
    }

    dynamic "no_wrapper" {
      for_each = each.value.unwrapped ? [true] : []
      content {
        write_metadata = true
      }
    }
  }

  # A push that is refused because a role is not there yet is an attempt like any other.
  depends_on = [
    google_cloud_run_v2_service_iam_member.invokers,
    google_service_account_iam_member.pubsub_makes_push_tokens,
    google_pubsub_topic_iam_member.pubsub_publishes_dead_letters,
  ]
}

# To forward a dead letter, Pub/Sub acknowledges the original.
resource "google_pubsub_subscription_iam_member" "pubsub_forwards_dead_letters" {
  for_each = { for name, push in local.pushes : name => push if push.dead_letters }

  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# A second copy of every dead letter, which stays when the service cannot store the first.
resource "google_pubsub_subscription" "dead_letter_pull" {
  name                       = "${local.name}-dead-letter-pull"
  topic                      = google_pubsub_topic.this["dead-letter"].id
  ack_deadline_seconds       = 600
  message_retention_duration = "604800s" # 7 days

  expiration_policy {
    ttl = "" # never
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }
}
