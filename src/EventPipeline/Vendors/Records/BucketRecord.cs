namespace EventPipeline.Vendors.Records;

/// <summary>
/// A row of a bucket of time, with the dimensions that usage and money share. Null is what the vendor left null or did
/// not group by.
/// </summary>
public abstract record BucketRecord : VendorRecord
{
    /// <summary>When the bucket begins, UTC.</summary>
    public required DateTimeOffset BucketStart { get; init; }

    /// <summary>How long the bucket is: <c>1d</c>; <c>event</c> for a moment.</summary>
    public required string BucketWidth { get; init; }

    /// <summary>The workspace, project or team. Null is the vendor's default one.</summary>
    public string? SubAccountId { get; init; }

    /// <summary>What <see cref="ActorId"/> names: <c>user</c>, <c>service_account</c>, <c>api_key_name</c>.</summary>
    public string? ActorType { get; init; }

    /// <summary>Who used it.</summary>
    public string? ActorId { get; init; }

    public string? ApiKeyId { get; init; }

    public string? Model { get; init; }

    public string? ServiceTier { get; init; }

    public string? ContextWindow { get; init; }

    /// <summary>Where inference ran, as the vendor spells it.</summary>
    public string? Region { get; init; }
}
