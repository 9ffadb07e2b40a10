using EventPipeline.Tests.Architecture.Planted.Lower;

namespace EventPipeline.Tests.Architecture.Planted.Upper;

/// <summary>Knows the folder below it, as it may.</summary>
internal static class Caller
{
    public static Called Call() => new();
}
