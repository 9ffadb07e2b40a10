using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EventPipeline.GoogleStandIn.Uploads;

/// <summary>
/// A resumable upload. Its bytes are a file; what is not a whole number of 256 KiB at its end was cut off and is
/// forgotten, so that the file's length says how much is stored.
/// </summary>
internal sealed class UploadSession
{
    /// <summary>Chunks are multiples of it, but for the last.</summary>
    public const int Grain = 256 * 1024;

    public required string Id { get; init; }

    public required string Project { get; init; }

    /// <summary>The job as it was sent.</summary>
    public required JsonObject Resource { get; init; }

    /// <summary>The job's id, chosen at the start where the caller chose none.</summary>
    public required string JobId { get; init; }

    /// <summary>Whether the caller gave it up.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Whether the job was made of it.</summary>
    public bool IsFinished { get; set; }

    /// <summary>How many bytes are stored for good.</summary>
    [JsonIgnore]
    public long Stored { get; set; }

    /// <summary>One request at a time.</summary>
    [JsonIgnore]
    public SemaphoreSlim Gate { get; } = new(1);
}
