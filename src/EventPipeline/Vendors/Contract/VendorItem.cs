namespace EventPipeline.Vendors.Contract;

/// <summary>One thing a connector says: a bucket arrived, or a record in it.</summary>
public abstract record VendorItem;

/// <summary>
/// Says that the vendor spoke of this day, also when it had nothing to tell: absent is not empty.
/// The records that follow belong to it until the next one.
/// </summary>
/// <param name="Day">The UTC day the bucket covers.</param>
public sealed record BucketArrived(DateOnly Day) : VendorItem;
