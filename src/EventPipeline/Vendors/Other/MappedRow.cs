using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Other;

/// <summary>A row of a table, taken out of its page.</summary>
/// <param name="Mapping">How it was made.</param>
/// <param name="Day">The UTC day.</param>
/// <param name="Key">The natural key.</param>
/// <param name="Words">What the vendor said beside it.</param>
/// <param name="Texts">The texts, then what has no column.</param>
/// <param name="Numbers">The numbers.</param>
internal sealed record MappedRow(
    TableMapping Mapping,
    DateOnly Day,
    RowKey Key,
    RowWords Words,
    IReadOnlyList<string?> Texts,
    IReadOnlyList<decimal?> Numbers)
{
    /// <summary>This row and another of the same key as one; null where a sum has too many digits.</summary>
    public MappedRow? TryAdd(MappedRow other)
    {
        var sums = new decimal?[Numbers.Count];
        for (var i = 0; i < sums.Length; i++)
        {
            var sum = 0m;
            if (Numbers[i] is { } one && other.Numbers[i] is { } two && !Money.TryAdd(one, two, out sum))
            {
                return null;
            }

            sums[i] = Numbers[i] is null || other.Numbers[i] is null ? Numbers[i] ?? other.Numbers[i] : sum;
            if (Mapping.Numbers[i].Kind == ColumnKind.Count && sums[i] > long.MaxValue)
            {
                return null;
            }
        }

        return this with { Numbers = sums };
    }

    /// <summary>The record.</summary>
    public VendorRecord ToRecord(
        FetchContext fetch, Conversation conversation, string grain, Details details) => Mapping.Table.Table switch
    {
        UsageRecord.TableName => Checked(conversation, new UsageRecord
        {
            RowKey = Key,
            Words = Words,
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain,
            UsageDate = Day,
            BucketStart = Day.Start(),
            BucketWidth = Bucket.DayWidth,
            SubAccountId = Text("sub_account_id"),
            ActorType = Text("actor_type"),
            ActorId = Text("actor_id"),
            ApiKeyId = Text("api_key_id"),
            Model = Text("model"),
            ServiceTier = Text("service_tier"),
            ContextWindow = Text("context_window"),
            Region = Text("region"),
            IsBatch = Flag(conversation, "is_batch"),
            Product = Text("product"),
            InputUncachedTokens = Count("input_uncached_tokens"),
            CacheReadTokens = Count("cache_read_tokens"),
            CacheWriteTokens = Count("cache_write_tokens"),
            CacheWrite5mTokens = Count("cache_write_5m_tokens"),
            CacheWrite1hTokens = Count("cache_write_1h_tokens"),
            OutputTokens = Count("output_tokens"),
            ReasoningTokens = Count("reasoning_tokens"),
            Requests = Count("requests"),
            Quantity = Number("quantity"),
            QuantityUnit = Text("quantity_unit"),
            Dimensions = Others(details),
        }),
        CostRecord.TableName => new CostRecord
        {
            RowKey = Key,
            Words = Words,
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain,
            UsageDate = Day,
            BucketStart = Day.Start(),
            BucketWidth = Bucket.DayWidth,
            SubAccountId = Text("sub_account_id"),
            ActorType = Text("actor_type"),
            ActorId = Text("actor_id"),
            ApiKeyId = Text("api_key_id"),
            Model = Text("model"),
            ServiceTier = Text("service_tier"),
            ContextWindow = Text("context_window"),
            Region = Text("region"),
            LineItem = Text("line_item"),
            CostType = Text("cost_type"),
            TokenType = Text("token_type"),
            Sku = Text("sku"),
            AmountUsd = Number("amount_usd") ?? throw conversation.Broken(Missing("amount_usd")),
            ListUsd = Number("list_usd"),
            DiscountUsd = Number("discount_usd"),
            FeeUsd = Number("fee_usd"),
            Currency = UsDollars(conversation),
            Basis = Mapping.Basis,
            IsChargeable = Flag(conversation, "is_chargeable"),
            Quantity = Number("quantity"),
            QuantityUnit = Text("quantity_unit"),
            Dimensions = Others(details),
        },
        _ => new ActivityRecord
        {
            RowKey = Key,
            Words = Words,
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain,
            UsageDate = Day,
            Product = Text("product") ?? throw conversation.Broken(Missing("product")),
            ActorType = Text("actor_type") ?? throw conversation.Broken(Missing("actor_type")),
            ActorId = Text("actor_id") ?? throw conversation.Broken(Missing("actor_id")),
            Sessions = Count("sessions"),
            Interactions = Count("interactions"),
            LinesSuggested = Count("lines_suggested"),
            LinesAdded = Count("lines_added"),
            LinesRemoved = Count("lines_removed"),
            Accepted = Count("accepted"),
            Rejected = Count("rejected"),
            Commits = Count("commits"),
            PullRequests = Count("pull_requests"),
            Details = Others(details),
        },
    };

    private static UsageRecord Checked(Conversation conversation, UsageRecord record)
    {
        try
        {
            _ = record.Tokens;
            return record;
        }
        catch (OverflowException exception)
        {
            throw conversation.Broken("the tokens of a row add up to more than 64 bits hold.", exception);
        }
    }

    private string Missing(string column) => FormattableString.Invariant(
        $"a row of {Day:yyyy-MM-dd} has nothing where the settings say that '{column}' is.");

    private string UsDollars(Conversation conversation) => Text("currency") is { } currency
        ? currency.Equals("USD", StringComparison.OrdinalIgnoreCase)
            ? "USD"
            : throw conversation.Broken(FormattableString.Invariant(
                $"a row of {Day:yyyy-MM-dd} is in '{conversation.Quote(currency)}'; only US dollars can be added up."))
        : throw conversation.Broken(Missing("currency"));

    private string? Text(string column)
    {
        for (var i = 0; i < Mapping.Texts.Count; i++)
        {
            if (Mapping.Texts[i].Column == column)
            {
                return Texts[i];
            }
        }

        return null;
    }

    private bool? Flag(Conversation conversation, string column) => Text(column) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw conversation.Broken(
            $"a row has '{conversation.Quote(other)}' for '{column}', which takes true or false."),
    };

    private decimal? Number(string column)
    {
        for (var i = 0; i < Mapping.Numbers.Count; i++)
        {
            if (Mapping.Numbers[i].Column == column)
            {
                return Numbers[i];
            }
        }

        return null;
    }

    private long? Count(string column) => (long?)Number(column);

    private JsonElement? Others(Details details)
    {
        for (var i = 0; i < Mapping.Others.Count; i++)
        {
            details.Add(Mapping.Others[i].Column, Texts[Mapping.Texts.Count + i]);
        }

        return details.ToJson();
    }
}
