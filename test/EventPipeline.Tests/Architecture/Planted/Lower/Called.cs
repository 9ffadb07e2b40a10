namespace EventPipeline.Tests.Architecture.Planted.Lower;

/// <summary>
/// Knows the folder above it, as it may not, in the one way that no directive at the head of the file shows.
/// </summary>
internal sealed class Called
{
    public override string ToString() => typeof(Upper.Caller).Name;
}
