namespace EventPipeline.EndToEndTests;

/// <summary>
/// What a machine may lack: a test that needs it is skipped with the reason, or fails where a skip is not accepted.
/// </summary>
internal static class InstalledTool
{
    /// <summary>Set to 1 where everything is expected to be installed.</summary>
    public const string RequiredVariable = "EVENTPIPELINE_REQUIRE_EMULATOR";

    /// <summary>The path of a program on <c>PATH</c>; null when it is not there.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <summary>Goes on when nothing is missing.</summary>
    public static void Require(string? missing)
    {
        if (missing is null)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable(RequiredVariable) == "1")
        {
            Assert.Fail($"{missing} {RequiredVariable} is 1, so the test fails instead of being skipped.");
        }

        Assert.Skip(missing);
    }
}
