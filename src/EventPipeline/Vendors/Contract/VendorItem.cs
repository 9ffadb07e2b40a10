namespace EventPipeline.Vendors.Contract;

/// <summary>One thing a connector says: a bucket arrived, or a record in it.</summary>
public abstract record VendorItem;

/// <summary>
/// The vendor covered this day, even if it had no rows: a missing day is not an empty day.
/// The records that follow belong to it until the next one.
/// </summary>
/// <param name="Day">The UTC day the bucket covers.</param>
public sealed record BucketArrived(DateOnly Day) : VendorItem;
