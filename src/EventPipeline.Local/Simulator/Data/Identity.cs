using System.IO.Hashing;
using System.Text;

namespace EventPipeline.Local.Simulator.Data;

/// <summary>Ids and dice that follow from the seed and a name, whatever else was asked before.</summary>
internal static class Identity
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The prefix and 20 letters and digits.</summary>
    public static string Create(string prefix, int seed, string what)
    {
        var dice = Dice(seed, $"{prefix}{what}");
        return prefix + new string(dice.GetItems<char>(Alphabet, 20));
    }

    /// <summary>A UUID.</summary>
    public static Guid Uuid(int seed, string what) =>
        new(XxHash128.Hash(Encoding.UTF8.GetBytes($"{seed}/uuid/{what}")));

    /// <summary>Random numbers that are the same for the same seed and name, on every machine.</summary>
    public static Random Dice(int seed, string what) =>
        new(unchecked((int)XxHash32.HashToUInt32(Encoding.UTF8.GetBytes($"{seed}/{what}"))));
}
