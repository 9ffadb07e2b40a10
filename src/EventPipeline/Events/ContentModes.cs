namespace EventPipeline.Events;

/// <summary>Checks whether a content type means that the data is a whole CloudEvent (structured mode).</summary>
internal static class ContentModes
{
    private const string MediaType = "application/cloudevents";

    /// <summary>Whether the content type begins as a structured or batched CloudEvent's does.</summary>
    public static bool IsCloudEvent(string? contentType) =>
        contentType?.TrimStart().StartsWith(MediaType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Requires a single JSON event.</summary>
    /// <exception cref="RejectedEventException">It is a batch, or another format.</exception>
    public static void RequireOneJsonEvent(string contentType)
    {
        var mediaType = contentType.Split(';')[0].Trim().ToLowerInvariant();
        if (mediaType is MediaType or $"{MediaType}+json")
        {
            return;
        }

        throw mediaType.StartsWith($"{MediaType}-batch", StringComparison.Ordinal)
            ? new RejectedEventException(
                $"The content-type {Shown.Quoted(mediaType)} is a batch of events; only one event at a time is "
                + "supported.",
                $"Send each event separately, as {MediaType}+json.")
            : new RejectedEventException(
                $"The content-type {Shown.Quoted(mediaType)} is an unsupported CloudEvents format.",
                $"Send {MediaType}+json.");
    }
}
