resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.notification_emails)

  display_name = "EventPipeline: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }
  user_labels  = local.labels
  depends_on   = [google_project_service.apis]
}

locals {
  channels = concat([for channel in google_monitoring_notification_channel.email : channel.id], var.notification_channels)
}
