namespace EventPipeline.Vendors.Keys;

/// <summary>
/// What a vendor said in one row beside the dimensions in its natural key: sums of hashes over its members, so that
/// neither their order nor the spelling of a number matters. Zero is "nothing".
/// </summary>
/// <param name="Texts">
/// Texts and flags that are undocumented or were not requested. They are part of the stored key: a new dimension is a
/// new row.
/// </param>
/// <param name="Others">
/// Unknown numbers and nulls, and known texts that are not a dimension. A number may be a new metric, which changes
/// from read to read, so these enter the stored key only where two rows would share it otherwise.
/// </param>
/// <param name="Values">
/// The documented metrics: two rows of one identity that differ in them contradict each other.
/// </param>
/// <param name="HasUnknown">Whether any of it is undocumented.</param>
public readonly record struct RowWords(UInt128 Texts, UInt128 Others, UInt128 Values, bool HasUnknown);
