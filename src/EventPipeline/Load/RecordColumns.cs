using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// The columns of every table, in the order in which they are stored and hashed: a row's own, those of its bucket, and
/// those of all rows. A column that is added goes behind the last of its record.
/// </summary>
internal static class RecordColumns
{
    /// <summary>Writes the columns of a row.</summary>
    public static void Write(JsonLine line, VendorRecord record)
    {
        switch (record)
        {
            case UsageRecord usage:
                Write(line, usage);
                break;
            case CostRecord cost:
                Write(line, cost);
                break;
            case UsageEventRecord usageEvent:
                Write(line, usageEvent);
                break;
            case ActivityRecord activity:
                Write(line, activity);
                break;
            case SeatRecord seat:
                Write(line, seat);
                break;
            case EntityRecord entity:
                Write(line, entity);
                break;
            default:
                throw new InvalidOperationException($"No table takes a {record.GetType().Name}.");
        }

        line.Add("row_key"u8, record.RowKey);
        line.Add("vendor"u8, record.Vendor);
        line.Add("account_id"u8, record.AccountId);
        line.Add("report"u8, record.Report);
        line.Add("grain"u8, record.Grain);
        line.Add("usage_date"u8, record.UsageDate);
    }

    private static void Write(JsonLine line, UsageRecord usage)
    {
        line.Add("is_batch"u8, usage.IsBatch);
        line.Add("product"u8, usage.Product);
        line.Add("input_uncached_tokens"u8, usage.InputUncachedTokens);
        line.Add("cache_read_tokens"u8, usage.CacheReadTokens);
        line.Add("cache_write_tokens"u8, usage.CacheWriteTokens);
        line.Add("cache_write_5m_tokens"u8, usage.CacheWrite5mTokens);
        line.Add("cache_write_1h_tokens"u8, usage.CacheWrite1hTokens);
        line.Add("output_tokens"u8, usage.OutputTokens);
        line.Add("reasoning_tokens"u8, usage.ReasoningTokens);
        line.Add("requests"u8, usage.Requests);
        line.Add("quantity"u8, usage.Quantity);
        line.Add("quantity_unit"u8, usage.QuantityUnit);
        line.Add("dimensions"u8, usage.Dimensions);
        WriteBucket(line, usage);
    }

    private static void Write(JsonLine line, CostRecord cost)
    {
        line.Add("line_item"u8, cost.LineItem);
        line.Add("cost_type"u8, cost.CostType);
        line.Add("token_type"u8, cost.TokenType);
        line.Add("sku"u8, cost.Sku);
        line.Add("amount_usd"u8, cost.AmountUsd);
        line.Add("list_usd"u8, cost.ListUsd);
        line.Add("discount_usd"u8, cost.DiscountUsd);
        line.Add("fee_usd"u8, cost.FeeUsd);
        line.Add("currency"u8, cost.Currency);
        line.Add("basis"u8, cost.Basis);
        line.Add("is_chargeable"u8, cost.IsChargeable);
        line.Add("quantity"u8, cost.Quantity);
        line.Add("quantity_unit"u8, cost.QuantityUnit);
        line.Add("dimensions"u8, cost.Dimensions);
        WriteBucket(line, cost);
    }

    private static void Write(JsonLine line, UsageEventRecord usageEvent)
    {
        line.Add("ordinal"u8, usageEvent.Ordinal);
        line.Add("kind"u8, usageEvent.Kind);
        line.Add("conversation_id"u8, usageEvent.ConversationId);
        line.Add("agent_id"u8, usageEvent.AgentId);
        line.Add("automation_id"u8, usageEvent.AutomationId);
        line.Add("is_max_mode"u8, usageEvent.IsMaxMode);
        line.Add("is_headless"u8, usageEvent.IsHeadless);
        line.Add("is_token_based"u8, usageEvent.IsTokenBased);
        line.Add("is_chargeable"u8, usageEvent.IsChargeable);
        line.Add("input_uncached_tokens"u8, usageEvent.InputUncachedTokens);
        line.Add("cache_read_tokens"u8, usageEvent.CacheReadTokens);
        line.Add("cache_write_tokens"u8, usageEvent.CacheWriteTokens);
        line.Add("output_tokens"u8, usageEvent.OutputTokens);
        line.Add("quantity"u8, usageEvent.Quantity);
        line.Add("quantity_unit"u8, usageEvent.QuantityUnit);
        line.Add("charged_usd"u8, usageEvent.ChargedUsd);
        line.Add("fee_usd"u8, usageEvent.FeeUsd);
        line.Add("model_usd"u8, usageEvent.ModelUsd);
        line.Add("discount_percent"u8, usageEvent.DiscountPercent);
        line.Add("basis"u8, usageEvent.Basis);
        line.Add("dimensions"u8, usageEvent.Dimensions);
        WriteBucket(line, usageEvent);
    }

    private static void Write(JsonLine line, SeatRecord seat)
    {
        line.Add("user_id"u8, seat.UserId);
        line.Add("name"u8, seat.Name);
        line.Add("email"u8, seat.Email);
        line.Add("role"u8, seat.Role);
        line.Add("plan"u8, seat.Plan);
        line.Add("state"u8, seat.State);
        line.Add("created_at"u8, seat.CreatedAt);
        line.Add("last_active_at"u8, seat.LastActiveAt);
        line.Add("cycle_start"u8, seat.CycleStart);
        line.Add("spend_usd"u8, seat.SpendUsd);
        line.Add("overall_spend_usd"u8, seat.OverallSpendUsd);
        line.Add("limit_usd"u8, seat.LimitUsd);
        line.Add("details"u8, seat.Details);
    }

    private static void Write(JsonLine line, ActivityRecord activity)
    {
        line.Add("product"u8, activity.Product);
        line.Add("actor_type"u8, activity.ActorType);
        line.Add("actor_id"u8, activity.ActorId);
        line.Add("sessions"u8, activity.Sessions);
        line.Add("interactions"u8, activity.Interactions);
        line.Add("lines_suggested"u8, activity.LinesSuggested);
        line.Add("lines_added"u8, activity.LinesAdded);
        line.Add("lines_removed"u8, activity.LinesRemoved);
        line.Add("accepted"u8, activity.Accepted);
        line.Add("rejected"u8, activity.Rejected);
        line.Add("commits"u8, activity.Commits);
        line.Add("pull_requests"u8, activity.PullRequests);
        line.Add("details"u8, activity.Details);
    }

    private static void Write(JsonLine line, EntityRecord entity)
    {
        line.Add("kind"u8, entity.Kind);
        line.Add("id"u8, entity.Id);
        line.Add("name"u8, entity.Name);
        line.Add("email"u8, entity.Email);
        line.Add("parent_id"u8, entity.ParentId);
        line.Add("status"u8, entity.Status);
        line.Add("created_at"u8, entity.CreatedAt);
        line.Add("deleted_at"u8, entity.DeletedAt);
        line.Add("details"u8, entity.Details);
    }

    private static void WriteBucket(JsonLine line, BucketRecord bucket)
    {
        line.Add("bucket_start"u8, bucket.BucketStart);
        line.Add("bucket_width"u8, bucket.BucketWidth);
        line.Add("sub_account_id"u8, bucket.SubAccountId);
        line.Add("actor_type"u8, bucket.ActorType);
        line.Add("actor_id"u8, bucket.ActorId);
        line.Add("api_key_id"u8, bucket.ApiKeyId);
        line.Add("model"u8, bucket.Model);
        line.Add("service_tier"u8, bucket.ServiceTier);
        line.Add("context_window"u8, bucket.ContextWindow);
        line.Add("region"u8, bucket.Region);
    }
}
