using System.Globalization;
using System.Numerics;

namespace EventPipeline.GoogleStandIn.Secrets;

/// <summary>CRC32C (Castagnoli), as Secret Manager says it: a 64-bit integer in decimal.</summary>
internal static class Crc32C
{
    public static string Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ((long)~crc).ToString(CultureInfo.InvariantCulture);
    }
}
