namespace EventPipeline.Local.Shared;

/// <summary>Explains what a file system refused, and what to do.</summary>
internal static class DiskTrouble
{
    // Windows appends its own codes to this; elsewhere .NET returns errno unchanged.
    private const int Win32 = unchecked((int)0x80070000);

    /// <summary>Whether a failure is one of the disk or of permissions.</summary>
    public static bool Is(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>Whether another process has the file.</summary>
    public static bool IsInUse(IOException failure) => OperatingSystem.IsWindows()
        ? failure.HResult is (Win32 | 32) or (Win32 | 33) // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        : failure.HResult is 11 or 35; // EWOULDBLOCK of Linux and of macOS

    /// <summary>A sentence or two.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="folder">The folder in use.</param>
    public static string Tell(Exception failure, string folder) => failure.HResult switch
    {
        28 or 122 or (Win32 | 39) or (Win32 | 112) =>
            $"The disk that holds {folder} is full: free some space, or choose another folder with --data.",
        30 or (Win32 | 19) => $"The disk that holds {folder} is read-only: choose another folder with --data.",
        _ when failure is UnauthorizedAccessException =>
            $"The folder {folder} cannot be written to: {failure.Message} "
            + "Change its permissions, or choose another with --data.",
        _ => $"The folder {folder} cannot be used: {failure.Message} Choose another with --data.",
    };
}
