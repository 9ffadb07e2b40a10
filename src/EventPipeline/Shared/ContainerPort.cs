using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EventPipeline.Shared;

/// <summary>Where a container listens, according to Cloud Run's container contract: on <c>PORT</c>, or 8080.</summary>
internal static class ContainerPort
{
    public const int Default = 8080;

    /// <param name="text">What <c>PORT</c> is set to, if it is.</param>
    /// <param name="port">The port; the default where there is a mistake.</param>
    /// <param name="mistake">What is wrong with the text, and what to do.</param>
    public static bool TryRead(string? text, out int port, [NotNullWhen(false)] out string? mistake)
    {
        (port, mistake) = (Default, null);
        if (!string.IsNullOrEmpty(text)
            && !(
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
                    && port <= ushort.MaxValue))
        {
            (port, mistake) = (Default, $"PORT is '{text}'; give a number from 0 to 65535.");
        }

        return mistake is null;
    }
}
