namespace EventPipeline.GoogleStandIn.Faults;

/// <summary>The names of what can go wrong.</summary>
internal static class Operations
{
    public const string UploadStart = "jobs.upload.start";
    public const string UploadChunk = "jobs.upload.chunk";
    public const string UploadFinish = "jobs.upload.finish";
    public const string UploadStatus = "jobs.upload.status";
    public const string UploadCancel = "jobs.upload.cancel";
    public const string UploadMultipart = "jobs.upload.multipart";

    /// <summary>The work of a job, in the background.</summary>
    public const string JobRun = "job.run";

    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "datasets.get",
        "datasets.insert",
        "datasets.list",
        "tables.get",
        "tables.insert",
        "tables.list",
        "jobs.insert",
        UploadStart,
        UploadChunk,
        UploadFinish,
        UploadStatus,
        UploadCancel,
        UploadMultipart,
        "jobs.get",
        "jobs.query",
        "jobs.getQueryResults",
        JobRun,
        "secrets.create",
        "secrets.addVersion",
        "secrets.state",
        "secrets.access",
        "metadata.token",
        "metadata.identity",
        "metadata.get",
        "certs",
    };
}
