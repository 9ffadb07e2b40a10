using System.Globalization;

namespace EventPipeline.GoogleStandIn;

/// <summary>The command line.</summary>
/// <param name="DataFolder">Where everything is kept; made when missing.</param>
/// <param name="Port">The port on 127.0.0.1; 0 takes any free one.</param>
/// <param name="Anonymous">Whether requests need no access token.</param>
internal sealed record Settings(string DataFolder, int Port, bool Anonymous)
{
    public const string Usage = "Usage: EventPipeline.GoogleStandIn --data DIR --port N [--anonymous]";

    /// <summary>Reads the arguments; null when they are not of the form that <see cref="Usage"/> says.</summary>
    public static Settings? Parse(IReadOnlyList<string> arguments)
    {
        string? data = null;
        int? port = null;
        var anonymous = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--data" when i + 1 < arguments.Count:
                    data = arguments[++i];
                    break;
                case "--port" when i + 1 < arguments.Count
                    && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number <= ushort.MaxValue:
                    (port, i) = (number, i + 1);
                    break;
                case "--anonymous":
                    anonymous = true;
                    break;
                default:
                    return null;
            }
        }

        return data is { Length: > 0 } && port is { } chosen
            ? new Settings(Path.GetFullPath(data), chosen, anonymous)
            : null;
    }

    /// <summary>A folder under the data folder, made when missing.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(DataFolder, name)).FullName;
}
