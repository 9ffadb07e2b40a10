# What the variables change.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google" {
  alias = "billing"
}

variables {
  project             = "acme-ai-usage"
  region              = "us-central1"
  github_repository   = "acme/event-pipeline"
  operators           = ["user:ada@example.com"]
  notification_emails = ["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com", "f@example.com"]
  accounts            = { openai = ["acme"] }
}

run "internal_with_vpc" {
  variables {
    ingress = "internal"
    vpc     = { network = "default", subnetwork = "default", egress = "ALL_TRAFFIC" }
  }

  assert {
    condition     = google_cloud_run_v2_service.this.ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    error_message = "internal must keep everybody else out."
  }

  assert {
    condition     = alltrue([for access in [google_cloud_run_v2_service.this.template[0].vpc_access[0], google_cloud_run_v2_job.this["schema"].template[0].template[0].vpc_access[0], google_cloud_run_v2_job.this["compact"].template[0].template[0].vpc_access[0]] : access.egress == "ALL_TRAFFIC" && access.network_interfaces[0].network == "default" && access.network_interfaces[0].subnetwork == "default"])
    error_message = "Service and jobs must go out through the VPC."
  }

  assert {
    condition     = contains(keys(google_project_service.apis), "compute.googleapis.com")
    error_message = "A VPC needs Compute Engine's API."
  }
}

run "kept_for_ever" {
  variables {
    compact_after_days = null
  }

  assert {
    condition     = join(" ", keys(google_cloud_run_v2_job.this)) == "schema" && length(google_cloud_scheduler_job.compact) == 0 && !contains(keys(google_monitoring_alert_policy.log), "not_compacted")
    error_message = "Nothing may be deleted, and nobody be told that it was not."
  }
}

run "kept_for_two_years" {
  variables {
    compact_after_days = 730
  }

  assert {
    condition     = google_cloud_run_v2_job.this["compact"].template[0].template[0].containers[0].args[2] == "730"
    error_message = "Versions must be kept for as long as was asked for."
  }
}

run "on_call" {
  variables {
    oncall = ["group:oncall@example.com"]
  }

  assert {
    condition     = toset([for one in google_project_iam_member.oncall : "${one.role} ${one.member}"]) == toset([for role in ["roles/bigquery.jobUser", "roles/logging.viewer", "roles/logging.logWriter", "roles/monitoring.viewer", "roles/run.viewer", google_project_iam_custom_role.schedule.name] : "${role} group:oncall@example.com"])
    error_message = "In the project as a whole they may query, look, write down and run schedules."
  }

  assert {
    condition     = toset(google_project_iam_custom_role.schedule.permissions) == toset(["cloudscheduler.jobs.enable", "cloudscheduler.jobs.get", "cloudscheduler.jobs.list", "cloudscheduler.jobs.pause", "cloudscheduler.jobs.run"])
    error_message = "A schedule may be run, paused and resumed, and neither changed nor deleted."
  }

  assert {
    condition     = toset(google_project_iam_custom_role.traffic.permissions) == toset(["run.services.get", "run.services.update"])
    error_message = "The service may be changed, and not deleted."
  }

  assert {
    condition = toset(concat(
      [for one in google_pubsub_topic_iam_member.oncall : "${one.topic} ${one.role} ${one.member}"],
      [for one in google_pubsub_subscription_iam_member.oncall : "${one.subscription} ${one.role} ${one.member}"],
      [for one in google_bigquery_dataset_iam_member.oncall : "${one.dataset_id} ${one.role} ${one.member}"],
      [for one in google_secret_manager_secret_iam_member.oncall : "${one.secret_id} ${one.role} ${one.member}"],
      [for one in google_cloud_run_v2_service_iam_member.oncall : "${one.name} ${one.role} ${one.member}"],
      [for one in google_service_account_iam_member.oncall_acts_as_run : "run ${one.role} ${one.member}"],
      )) == toset([
      "eventpipeline-trigger roles/pubsub.publisher group:oncall@example.com",
      "eventpipeline-dead-letter-pull roles/pubsub.subscriber group:oncall@example.com",
      "ai_usage_analytics roles/bigquery.dataEditor group:oncall@example.com",
      "ai_usage_analytics_dev roles/bigquery.dataEditor group:oncall@example.com",
      "eventpipeline-openai-acme roles/secretmanager.secretVersionAdder group:oncall@example.com",
      "eventpipeline ${google_project_iam_custom_role.traffic.name} group:oncall@example.com",
      "run roles/iam.serviceAccountUser group:oncall@example.com",
    ])
    error_message = "They may request runs, empty the dead letters, write data, replace keys and take deployments back."
  }

  assert {
    condition     = contains(keys(google_service_account_iam_member.operators), "group:oncall@example.com")
    error_message = "They must be able to call the service."
  }
}

run "nobody_on_call" {
  assert {
    condition     = length(google_project_iam_member.oncall) + length(google_pubsub_topic_iam_member.oncall) + length(google_bigquery_dataset_iam_member.oncall) + length(google_secret_manager_secret_iam_member.oncall) + length(google_cloud_run_v2_service_iam_member.oncall) == 0
    error_message = "Nobody gets rights who was not named."
  }
}

run "an_api_more" {
  command = plan

  variables {
    telemetry = true
  }

  assert {
    condition     = google_pubsub_topic_iam_member.pubsub_publishes_dead_letters.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub's agent must be known while an API is added, or its roles are taken away and given back."
  }
}

run "telemetry" {
  variables {
    telemetry = true
    settings  = { OTEL_TRACES_SAMPLER = "parentbased_always_on", LOG_LEVEL = "debug" }
  }

  assert {
    condition     = !google_cloud_run_v2_service.this.template[0].containers[0].resources[0].cpu_idle
    error_message = "Spans and metrics are sent between requests, so the CPU must stay."
  }

  assert {
    condition     = { for env in google_cloud_run_v2_service.this.template[0].containers[0].env : env.name => env.value if startswith(env.name, "OTEL") || env.name == "LOG_LEVEL" } == { OTEL_EXPORTER_OTLP_ENDPOINT = "https://telemetry.googleapis.com", OTEL_TRACES_SAMPLER = "parentbased_always_on", LOG_LEVEL = "debug" }
    error_message = "Telemetry must go to Google's endpoint, and settings must reach the service."
  }

  assert {
    condition     = toset(keys(google_project_iam_member.run)) == toset(["roles/bigquery.jobUser", "roles/telemetry.writer"]) && contains(keys(google_project_service.apis), "telemetry.googleapis.com")
    error_message = "The service must be allowed to write telemetry."
  }
}

run "budget" {
  variables {
    billing_account = "01A2B3-C4D5E6-F7A8B9"
    budget          = 120
  }

  assert {
    condition     = google_billing_budget.this[0].amount[0].specified_amount[0].units == "120" && one(google_billing_budget.this[0].budget_filter[0].projects) == "projects/123456789012"
    error_message = "The budget must be of this project, in whole units."
  }

  assert {
    condition     = length(google_billing_budget.this[0].all_updates_rule[0].monitoring_notification_channels) == 5
    error_message = "A budget takes five channels at most."
  }

  assert {
    condition     = length(google_monitoring_alert_policy.log["run_failed"].notification_channels) == 6
    error_message = "Alerts must reach everybody."
  }
}

run "deploying_by_hand" {
  variables {
    deployers = ["user:ada@example.com"]
  }

  assert {
    condition = toset(concat(
      [for one in google_project_iam_member.deploy : one.role if one.member == "user:ada@example.com"],
      [for one in google_artifact_registry_repository_iam_member.deploy : one.role if one.member == "user:ada@example.com"],
      [for one in google_service_account_iam_member.deploy_acts_as_run : one.role if one.member == "user:ada@example.com"],
      [for one in google_service_account_iam_member.deploy_tests : "${one.role} on ${one.service_account_id}" if one.member == "user:ada@example.com"],
      )) == toset([
      "roles/run.developer", "roles/logging.viewer", "roles/logging.logWriter", "roles/artifactregistry.writer", "roles/iam.serviceAccountUser",
      "roles/iam.serviceAccountOpenIdTokenCreator on projects/acme-ai-usage/serviceAccounts/eventpipeline-push@acme-ai-usage.iam.gserviceaccount.com",
      "roles/iam.serviceAccountOpenIdTokenCreator on projects/acme-ai-usage/serviceAccounts/eventpipeline-operator@acme-ai-usage.iam.gserviceaccount.com",
    ])
    error_message = "Who deploys by hand must be able to do what GitHub's deployer does."
  }
}

run "a_vendor_that_is_described" {
  variables {
    accounts      = { openai = ["acme"], litellm = ["proxy"] }
    other_vendors = { litellm = "{\"BaseAddress\": \"https://litellm.example.com/\"}" }
  }

  assert {
    condition = { for setting in google_cloud_run_v2_service.this.template[0].containers[0].env : setting.name => setting.value if can(regex("^Vendors__Other", setting.name)) } == {
      Vendors__Other__litellm                      = "{\"BaseAddress\": \"https://litellm.example.com/\"}"
      Vendors__Other__litellm__Accounts__0__Name   = "proxy"
      Vendors__Other__litellm__Accounts__0__Secret = "projects/acme-ai-usage/secrets/eventpipeline-litellm-proxy"
    }
    error_message = "The service must be given the description, and the accounts below it."
  }

  assert {
    condition     = !contains(keys(google_pubsub_subscription.push), "fetch-litellm")
    error_message = "A described vendor's messages go through the subscription of all vendors that have none of their own."
  }
}

run "reports_per_account" {
  variables {
    accounts = { openai = ["acme", "labs"] }
    reports  = { openai-labs = ["cost", "names"] }
  }

  assert {
    condition = {
      for env in google_cloud_run_v2_service.this.template[0].containers[0].env : env.name => env.value if strcontains(env.name, "__Reports")
    } == { Vendors__OpenAI__Accounts__1__Reports__0 = "cost", Vendors__OpenAI__Accounts__1__Reports__1 = "names" }
    error_message = "An account's reports must be settings of that account, numbered from 0, and no other account must have any."
  }
}

run "source_per_account" {
  variables {
    accounts = { anthropic = ["acme", "chat"] }
    sources  = { anthropic-chat = "enterprise_legacy" }
  }

  assert {
    condition = {
      for env in google_cloud_run_v2_service.this.template[0].containers[0].env : env.name => env.value if strcontains(env.name, "__Source")
    } == { Vendors__Anthropic__Accounts__1__Source = "enterprise_legacy" }
    error_message = "What an account is read from must be a setting of that account, and of no other."
  }
}

run "hashed_emails" {
  variables {
    hash_emails = true
  }

  assert {
    condition = {
      for env in google_cloud_run_v2_service.this.template[0].containers[0].env : env.name => env.value if strcontains(env.name, "EmailKey")
    } == { Vendors__EmailKey = "projects/acme-ai-usage/secrets/eventpipeline-email-key" }
    error_message = "The service must be told where the key is."
  }

  assert {
    condition     = google_secret_manager_secret_iam_member.email_key[0].role == "roles/secretmanager.secretAccessor" && google_secret_manager_secret_iam_member.email_key[0].member == "serviceAccount:eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"
    error_message = "The service, and nobody else, must be able to read the key."
  }

  assert {
    condition     = strcontains(output.next_steps, "openssl rand -hex 32 | tr -d '\\n' | gcloud secrets versions add eventpipeline-email-key --project=acme-ai-usage --data-file=-")
    error_message = "The next steps must say how the key is made."
  }
}
