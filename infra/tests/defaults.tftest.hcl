# What is made when only the required variables are said.

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
  operators           = ["user:ada@example.com", "group:data@example.com"]
  notification_emails = ["data@example.com"]
  accounts            = { anthropic = ["acme", "acme-labs"], openai = ["Acme_2"] }
}

run "topics_and_subscriptions" {
  assert {
    condition     = toset([for topic in google_pubsub_topic.this : topic.name]) == toset(["eventpipeline-trigger", "eventpipeline-fetch", "eventpipeline-completed", "eventpipeline-dead-letter"])
    error_message = "The topics must have the names that the service publishes to."
  }

  assert {
    condition     = toset([for push in google_pubsub_subscription.push : push.name]) == toset(["eventpipeline-trigger-push", "eventpipeline-fetch-push", "eventpipeline-fetch-anthropic-push", "eventpipeline-fetch-cursor-push", "eventpipeline-fetch-github_copilot-push", "eventpipeline-fetch-openai-push", "eventpipeline-fetch-openrouter-push", "eventpipeline-dead-letter-push"])
    error_message = "There must be a push subscription for triggers, for dead letters, for the fetch messages of each vendor, and for all other fetch messages."
  }

  assert {
    condition = { for name, push in google_pubsub_subscription.push : name => push.push_config[0].push_endpoint } == {
      trigger              = "https://eventpipeline-abc-uc.a.run.app/events/run-requested"
      fetch                = "https://eventpipeline-abc-uc.a.run.app/events/fetch-requested"
      fetch-anthropic      = "https://eventpipeline-abc-uc.a.run.app/events/fetch-requested"
      fetch-cursor         = "https://eventpipeline-abc-uc.a.run.app/events/fetch-requested"
      fetch-github_copilot = "https://eventpipeline-abc-uc.a.run.app/events/fetch-requested"
      fetch-openai         = "https://eventpipeline-abc-uc.a.run.app/events/fetch-requested"
      fetch-openrouter     = "https://eventpipeline-abc-uc.a.run.app/events/fetch-requested"
      dead-letter          = "https://eventpipeline-abc-uc.a.run.app/events/dead-lettered"
    }
    error_message = "Every subscription must push to its own entrance."
  }

  assert {
    condition     = { for name, push in google_pubsub_subscription.push : name => push.topic } == { for name, topic in { trigger = "trigger", fetch = "fetch", fetch-anthropic = "fetch", fetch-cursor = "fetch", fetch-github_copilot = "fetch", fetch-openai = "fetch", fetch-openrouter = "fetch", dead-letter = "dead-letter" } : name => google_pubsub_topic.this[topic].id }
    error_message = "Every subscription must read its own topic."
  }

  assert {
    condition = { for name, push in google_pubsub_subscription.push : name => push.filter if push.filter != "" } == {
      fetch                = "NOT attributes.ce-vendor = \"anthropic\" AND NOT attributes.ce-vendor = \"cursor\" AND NOT attributes.ce-vendor = \"github_copilot\" AND NOT attributes.ce-vendor = \"openai\" AND NOT attributes.ce-vendor = \"openrouter\""
      fetch-anthropic      = "attributes.ce-vendor = \"anthropic\""
      fetch-cursor         = "attributes.ce-vendor = \"cursor\""
      fetch-github_copilot = "attributes.ce-vendor = \"github_copilot\""
      fetch-openai         = "attributes.ce-vendor = \"openai\""
      fetch-openrouter     = "attributes.ce-vendor = \"openrouter\""
    }
    error_message = "Every fetch message must be taken by exactly one subscription: its vendor's, or the one for all others."
  }

  assert {
    condition     = alltrue([for push in google_pubsub_subscription.push : length(push.filter) <= 256])
    error_message = "Pub/Sub takes filters of up to 256 bytes."
  }

  assert {
    condition     = alltrue([for push in google_pubsub_subscription.push : push.ack_deadline_seconds == 600])
    error_message = "A window may take up to the push deadline of 600 s."
  }

  assert {
    condition     = alltrue([for push in google_pubsub_subscription.push : push.retry_policy[0].minimum_backoff == "10s" && push.retry_policy[0].maximum_backoff == "600s"])
    error_message = "Messages must come again after 10 s to 600 s."
  }

  assert {
    condition     = alltrue([for one in concat(values(google_pubsub_subscription.push), [google_pubsub_subscription.dead_letter_pull]) : one.expiration_policy[0].ttl == "" && one.message_retention_duration == "604800s"])
    error_message = "No subscription may expire, and each keeps its messages for 7 days."
  }

  assert {
    condition     = alltrue([for name in ["trigger", "fetch", "fetch-anthropic", "fetch-cursor", "fetch-github_copilot", "fetch-openai", "fetch-openrouter"] : google_pubsub_subscription.push[name].dead_letter_policy[0].max_delivery_attempts == 30 && google_pubsub_subscription.push[name].dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.this["dead-letter"].id])
    error_message = "A message must become a dead letter after 30 attempts."
  }

  assert {
    condition     = length(google_pubsub_subscription.push["dead-letter"].dead_letter_policy) == 0
    error_message = "A dead letter is tried until it is stored."
  }

  assert {
    condition     = alltrue([for name in ["fetch", "fetch-anthropic", "fetch-cursor", "fetch-github_copilot", "fetch-openai", "fetch-openrouter"] : google_pubsub_subscription.push[name].push_config[0].no_wrapper[0].write_metadata])
    error_message = "Fetch messages must be pushed unwrapped, with their attributes as headers."
  }

  assert {
    condition     = alltrue([for name in ["trigger", "dead-letter"] : length(google_pubsub_subscription.push[name].push_config[0].no_wrapper) == 0])
    error_message = "Triggers and dead letters must be pushed wrapped."
  }

  assert {
    condition     = alltrue([for push in google_pubsub_subscription.push : push.push_config[0].oidc_token[0].service_account_email == "eventpipeline-push@acme-ai-usage.iam.gserviceaccount.com" && push.push_config[0].oidc_token[0].audience == "eventpipeline"])
    error_message = "Every push must carry the push identity's token for the service's audience."
  }

  assert {
    condition     = length(google_pubsub_subscription.dead_letter_pull.push_config) == 0 && google_pubsub_subscription.dead_letter_pull.topic == google_pubsub_topic.this["dead-letter"].id
    error_message = "A second copy of the dead letters must wait to be pulled."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.pubsub_publishes_dead_letters.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com" && google_pubsub_topic_iam_member.pubsub_publishes_dead_letters.role == "roles/pubsub.publisher" && google_pubsub_topic_iam_member.pubsub_publishes_dead_letters.topic == "eventpipeline-dead-letter"
    error_message = "Pub/Sub must be allowed to publish dead letters."
  }

  assert {
    condition     = { for name, one in google_pubsub_subscription_iam_member.pubsub_forwards_dead_letters : one.subscription => "${one.role} ${one.member}" } == { for name in ["trigger", "fetch", "fetch-anthropic", "fetch-cursor", "fetch-github_copilot", "fetch-openai", "fetch-openrouter"] : "eventpipeline-${name}-push" => "roles/pubsub.subscriber serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com" }
    error_message = "Pub/Sub must be allowed to acknowledge what it forwards."
  }
}

run "service" {
  assert {
    condition     = google_cloud_run_v2_service.this.name == "eventpipeline" && google_cloud_run_v2_service.this.location == "us-central1"
    error_message = "The service must be called eventpipeline and be in the region."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.ingress == "INGRESS_TRAFFIC_ALL" && google_cloud_run_v2_service.this.deletion_protection
    error_message = "The service is open to everybody who has a token, and protected from deletion."
  }

  assert {
    condition     = one(google_cloud_run_v2_service.this.custom_audiences) == "eventpipeline"
    error_message = "The service's name must be an audience of its own."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].service_account == "eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"
    error_message = "The service must run as the runtime identity."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].timeout == "3600s" && google_cloud_run_v2_service.this.template[0].max_instance_request_concurrency == 4
    error_message = "The service must have 3600 s for a request and work on 4 at once."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].scaling[0].min_instance_count == 0 && google_cloud_run_v2_service.this.template[0].scaling[0].max_instance_count == 10
    error_message = "There must be 0 to 10 instances."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].containers[0].resources[0].limits == tomap({ cpu = "1", memory = "1Gi" }) && google_cloud_run_v2_service.this.template[0].containers[0].resources[0].cpu_idle
    error_message = "An instance must have 1 CPU and 1 GiB, and no CPU between requests."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].containers[0].startup_probe[0].http_get[0].path == "/liveness" && google_cloud_run_v2_service.this.template[0].containers[0].liveness_probe[0].http_get[0].path == "/liveness"
    error_message = "Both probes must ask /liveness, which touches nothing outside."
  }

  assert {
    condition     = length(google_cloud_run_v2_service.this.template[0].vpc_access) == 0
    error_message = "Without the variable vpc there is no VPC egress."
  }

  assert {
    condition = { for env in google_cloud_run_v2_service.this.template[0].containers[0].env : env.name => env.value } == {
      GOOGLE_CLOUD_PROJECT                     = "acme-ai-usage"
      BIGQUERY_DATASET                         = "ai_usage_analytics"
      BigQuery__Location                       = "US"
      Fetch__Concurrency                       = "4"
      Authentication__Push__Audience           = "eventpipeline"
      Authentication__Push__Email              = "eventpipeline-push@acme-ai-usage.iam.gserviceaccount.com"
      Authentication__Operators__Audience      = "eventpipeline"
      Authentication__Operators__Principals__0 = "eventpipeline-operator@acme-ai-usage.iam.gserviceaccount.com"
      Vendors__Anthropic__Accounts__0__Name    = "acme"
      Vendors__Anthropic__Accounts__0__Secret  = "projects/acme-ai-usage/secrets/eventpipeline-anthropic-acme"
      Vendors__Anthropic__Accounts__1__Name    = "acme-labs"
      Vendors__Anthropic__Accounts__1__Secret  = "projects/acme-ai-usage/secrets/eventpipeline-anthropic-acme-labs"
      Vendors__OpenAI__Accounts__0__Name       = "Acme_2"
      Vendors__OpenAI__Accounts__0__Secret     = "projects/acme-ai-usage/secrets/eventpipeline-openai-Acme_2"
    }
    error_message = "The service must get exactly its settings, and no secret's value."
  }

  assert {
    condition     = { for one in google_cloud_run_v2_service_iam_member.invokers : one.member => one.role } == { "serviceAccount:eventpipeline-push@acme-ai-usage.iam.gserviceaccount.com" = "roles/run.invoker", "serviceAccount:eventpipeline-operator@acme-ai-usage.iam.gserviceaccount.com" = "roles/run.invoker" }
    error_message = "Only Pub/Sub and operators may call the service."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.traffic[0].type == "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" && google_cloud_run_v2_service.this.traffic[0].percent == 100
    error_message = "Before the first deployment the placeholder must be what answers."
  }
}

run "schema_job" {
  assert {
    condition     = google_cloud_run_v2_job.this["schema"].name == "eventpipeline-schema" && google_cloud_run_v2_job.this["schema"].template[0].template[0].service_account == "eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com" && google_cloud_run_v2_job.this["schema"].template[0].template[0].max_retries == 0
    error_message = "The schema's job must run as the runtime identity, once."
  }

  assert {
    condition     = join(" ", google_cloud_run_v2_job.this["schema"].template[0].template[0].containers[0].args) == "schema apply"
    error_message = "The job must apply the schema."
  }

  assert {
    condition     = { for env in google_cloud_run_v2_job.this["schema"].template[0].template[0].containers[0].env : env.name => env.value } == { GOOGLE_CLOUD_PROJECT = "acme-ai-usage", BIGQUERY_DATASET = "ai_usage_analytics", BigQuery__Location = "US" }
    error_message = "The job must get the warehouse's settings and no others."
  }
}

run "compact_job" {
  assert {
    condition     = google_cloud_run_v2_job.this["compact"].name == "eventpipeline-compact" && google_cloud_run_v2_job.this["compact"].template[0].template[0].service_account == "eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com" && google_cloud_run_v2_job.this["compact"].template[0].template[0].max_retries == 0
    error_message = "The job must run as the runtime identity; what it did not come to the next one does."
  }

  assert {
    condition     = join(" ", google_cloud_run_v2_job.this["compact"].template[0].template[0].containers[0].args) == "compact --retention-days 90 --yes"
    error_message = "The job must delete what no version has needed for 90 days, and ask nobody."
  }

  assert {
    condition     = google_cloud_scheduler_job.compact[0].schedule == "0 15 2 * *" && google_cloud_scheduler_job.compact[0].time_zone == "America/Los_Angeles"
    error_message = "It must begin once a month, when no daily run is at work."
  }

  assert {
    condition     = google_cloud_scheduler_job.compact[0].http_target[0].http_method == "POST" && google_cloud_scheduler_job.compact[0].http_target[0].uri == "https://run.googleapis.com/v2/projects/acme-ai-usage/locations/us-central1/jobs/eventpipeline-compact:run"
    error_message = "The schedule must run the job."
  }

  assert {
    condition     = google_cloud_scheduler_job.compact[0].http_target[0].oauth_token[0].service_account_email == "eventpipeline-schedule@acme-ai-usage.iam.gserviceaccount.com" && google_cloud_run_v2_job_iam_member.schedule[0].member == "serviceAccount:eventpipeline-schedule@acme-ai-usage.iam.gserviceaccount.com" && google_cloud_run_v2_job_iam_member.schedule[0].role == "roles/run.invoker" && google_cloud_run_v2_job_iam_member.schedule[0].name == "eventpipeline-compact"
    error_message = "Cloud Scheduler must start the job as an identity that may start it."
  }
}

run "schedule" {
  assert {
    condition     = google_cloud_scheduler_job.daily.schedule == "0 6 * * *" && google_cloud_scheduler_job.daily.time_zone == "America/Los_Angeles"
    error_message = "The daily run begins at 06:00 in Los Angeles."
  }

  assert {
    condition     = google_cloud_scheduler_job.daily.retry_config[0].retry_count == 3 && google_cloud_scheduler_job.daily.retry_config[0].min_backoff_duration == "10s" && google_cloud_scheduler_job.daily.retry_config[0].max_backoff_duration == "300s"
    error_message = "Publishing is tried three times more, with backoff."
  }

  assert {
    condition     = google_cloud_scheduler_job.daily.pubsub_target[0].topic_name == google_pubsub_topic.this["trigger"].id && base64decode(google_cloud_scheduler_job.daily.pubsub_target[0].data) == "{}"
    error_message = "The schedule must ask for the daily run."
  }
}

run "datasets_secrets_and_registry" {
  assert {
    condition     = toset([for dataset in google_bigquery_dataset.this : dataset.dataset_id]) == toset(["ai_usage_analytics", "ai_usage_analytics_dev"]) && alltrue([for dataset in google_bigquery_dataset.this : !dataset.delete_contents_on_destroy && dataset.location == "US"])
    error_message = "There must be a production and a development dataset, whose data survives."
  }

  assert {
    condition     = toset([for secret in google_secret_manager_secret.account : secret.secret_id]) == toset(["eventpipeline-anthropic-acme", "eventpipeline-anthropic-acme-labs", "eventpipeline-openai-Acme_2"])
    error_message = "Every account must have a secret."
  }

  assert {
    condition     = google_artifact_registry_repository.images.repository_id == "eventpipeline" && google_artifact_registry_repository.images.format == "DOCKER"
    error_message = "Images must have a repository."
  }
}

run "roles" {
  assert {
    condition     = [for one in google_project_iam_member.run : "${one.role} ${one.member}"] == ["roles/bigquery.jobUser serviceAccount:eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"]
    error_message = "In the project as a whole the service may run BigQuery's jobs and nothing else."
  }

  assert {
    condition     = toset([for one in google_pubsub_topic_iam_member.run_publishes : "${one.topic} ${one.role} ${one.member}"]) == toset([for topic in ["trigger", "fetch", "completed", "dead-letter"] : "eventpipeline-${topic} roles/pubsub.publisher serviceAccount:eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"])
    error_message = "The service must be able to publish to its four topics."
  }

  assert {
    condition     = toset([for one in google_bigquery_dataset_iam_member.run : "${one.dataset_id} ${one.role} ${one.member}"]) == toset([for dataset in ["ai_usage_analytics", "ai_usage_analytics_dev"] : "${dataset} roles/bigquery.dataEditor serviceAccount:eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"])
    error_message = "The service must be able to write to its two datasets."
  }

  assert {
    condition     = alltrue([for one in google_secret_manager_secret_iam_member.run : one.role == "roles/secretmanager.secretAccessor" && one.member == "serviceAccount:eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"]) && length(google_secret_manager_secret_iam_member.run) == 3
    error_message = "The service must be able to read its own secrets."
  }

  assert {
    condition     = toset([for one in google_project_iam_member.deploy : "${one.role} ${one.member}"]) == toset([for role in ["roles/run.developer", "roles/logging.viewer", "roles/logging.logWriter"] : "${role} serviceAccount:eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com"])
    error_message = "The deployer may deploy, read the log and write to it, and nothing else in the project."
  }

  assert {
    condition     = one(values(google_artifact_registry_repository_iam_member.deploy)).role == "roles/artifactregistry.writer" && one(values(google_artifact_registry_repository_iam_member.deploy)).member == "serviceAccount:eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com"
    error_message = "The deployer must be able to push images."
  }

  assert {
    condition     = one(values(google_service_account_iam_member.deploy_acts_as_run)).role == "roles/iam.serviceAccountUser" && one(values(google_service_account_iam_member.deploy_acts_as_run)).service_account_id == "projects/acme-ai-usage/serviceAccounts/eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com"
    error_message = "The deployer may let revisions run as the runtime identity, and as no other."
  }

  assert {
    condition     = { for one in google_service_account_iam_member.deploy_tests : one.service_account_id => "${one.role} ${one.member}" } == { for who in ["push", "operator"] : "projects/acme-ai-usage/serviceAccounts/eventpipeline-${who}@acme-ai-usage.iam.gserviceaccount.com" => "roles/iam.serviceAccountOpenIdTokenCreator serviceAccount:eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com" }
    error_message = "The deployer must be able to test as Pub/Sub and as an operator."
  }

  assert {
    condition     = { for one in google_service_account_iam_member.operators : one.member => "${one.role} ${one.service_account_id}" } == { for who in ["user:ada@example.com", "group:data@example.com"] : who => "roles/iam.serviceAccountTokenCreator projects/acme-ai-usage/serviceAccounts/eventpipeline-operator@acme-ai-usage.iam.gserviceaccount.com" }
    error_message = "Operators must be able to make the operator identity's tokens, and nothing else."
  }
}

run "github" {
  assert {
    condition     = google_iam_workload_identity_pool_provider.github.attribute_condition == "assertion.repository == \"acme/event-pipeline\" && assertion.ref == \"refs/heads/main\" && assertion.event_name != \"pull_request_target\""
    error_message = "Only the repository's main branch may have tokens."
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.github.oidc[0].issuer_uri == "https://token.actions.githubusercontent.com"
    error_message = "Tokens must be GitHub's."
  }

  assert {
    condition     = google_service_account_iam_member.github_deploys.role == "roles/iam.workloadIdentityUser" && google_service_account_iam_member.github_deploys.service_account_id == "projects/acme-ai-usage/serviceAccounts/eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com" && google_service_account_iam_member.github_deploys.member == "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/eventpipeline-github/attribute.repository/acme/event-pipeline"
    error_message = "The repository must be able to be the deployer, and nobody else."
  }

  assert {
    condition     = output.github_variables == "GOOGLE_CLOUD_PROJECT=acme-ai-usage\nGOOGLE_CLOUD_REGION=us-central1\nWORKLOAD_IDENTITY_PROVIDER=projects/123456789012/locations/global/workloadIdentityPools/eventpipeline-github/providers/github\nDEPLOY_SERVICE_ACCOUNT=eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com\n"
    error_message = "GitHub's variables must be NAME=value lines."
  }

  assert {
    condition     = strcontains(output.next_steps, "gcloud secrets versions add eventpipeline-openai-Acme_2 --project=acme-ai-usage --data-file=-") && strcontains(output.next_steps, "GOOGLE_CLOUD_PROJECT=acme-ai-usage GOOGLE_CLOUD_REGION=us-central1 infra/deploy")
    error_message = "The next steps must be commands that can be pasted."
  }

  assert {
    condition     = output.registry == "us-central1-docker.pkg.dev/acme-ai-usage/eventpipeline/eventpipeline"
    error_message = "The registry must be where infra/deploy pushes to."
  }
}

run "without_being_asked" {
  assert {
    condition     = length(google_billing_budget.this) == 0
    error_message = "Without a billing account there is no budget."
  }

  assert {
    condition     = length(setintersection(keys(google_project_service.apis), ["telemetry.googleapis.com", "compute.googleapis.com", "billingbudgets.googleapis.com"])) == 0 && alltrue([for api in google_project_service.apis : !api.disable_on_destroy])
    error_message = "APIs that nothing needs stay off, and those that are on stay on."
  }
}
