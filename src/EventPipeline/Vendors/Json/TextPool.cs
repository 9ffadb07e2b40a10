using System.IO.Hashing;
using System.Text;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Strings of texts that occur again and again, such as the names of models: each is made once as long as it is
/// remembered. Bounded: a text takes the place of another one.
/// </summary>
internal sealed class TextPool
{
    private const int Size = 1 << 12;
    private const int MaxLength = 256;
    private readonly string?[] _texts = new string?[Size];
    private string?[] _last = [];

    /// <summary>The string of a text.</summary>
    /// <param name="name">The number of the member's name: it often says what it said before. -1 for none.</param>
    /// <param name="utf8">UTF-8, without escapes.</param>
    public string Get(int name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxLength || name < 0)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        if (name >= _last.Length)
        {
            Array.Resize(ref _last, (name + 1) * 2);
        }

        ref var last = ref _last[name];
        return last is not null && Ascii.Equals(utf8, last) ? last : last = Remembered(utf8);
    }

    private string Remembered(ReadOnlySpan<byte> utf8)
    {
        ref var text = ref _texts[(int)(XxHash3.HashToUInt64(utf8) % Size)];
        return text is not null && Ascii.Equals(utf8, text) ? text : text = Encoding.UTF8.GetString(utf8);
    }
}
