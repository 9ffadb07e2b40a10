namespace EventPipeline.Tests.Vendors;

/// <summary>The vendors' example answers, from the folders beside the tests.</summary>
internal static class Answers
{
    public static string Read(string vendor, string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vendors", vendor, "answers", $"{name}.json"));
}
