using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>
/// A clean checkout that has <c>infra/deploy</c>, and a docker that only writes down what it is asked for: nothing can
/// be pulled or pushed here.
/// </summary>
internal sealed class Checkout
{
    private readonly string bin;

    private Checkout(string folder, string bin, string commit) => (Folder, this.bin, Commit) = (folder, bin, commit);

    public string Folder { get; }

    /// <summary>The commit that is checked out.</summary>
    public string Commit { get; }

    public string Script => Path.Combine(Folder, "infra", "deploy");

    /// <summary>What makes the script find this docker.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
    };

    /// <summary>What docker was asked for, with its standard input where it reads it.</summary>
    public IReadOnlyList<string> Docker => File.ReadAllLines(Path.Combine(bin, "asked"));

    public static async Task<Checkout> CreateAsync(string parent)
    {
        var (folder, bin) = (
            Path.Combine(parent, "checkout"), Directory.CreateDirectory(Path.Combine(parent, "bin")).FullName);
        var parts = Directory.CreateDirectory(Path.Combine(folder, "infra", "deploy.d")).FullName;
        var original = DeployBench.Script;
        File.Copy(original, Path.Combine(folder, "infra", "deploy"));
        foreach (var part in Directory.GetFiles($"{original}.d"))
        {
            File.Copy(part, Path.Combine(parts, Path.GetFileName(part)));
        }

        var docker = Path.Combine(bin, "docker");
        await File.WriteAllTextAsync(
            docker, """
            #!/bin/sh
            case $1 in login) set -- "$@" '<' "$(cat)" ;; esac
            echo "$@" >>"$(dirname "$0")/asked"
            """, TestContext.Current.CancellationToken);
        await RunAsync(folder, "chmod", "+x", docker);
        await RunAsync(folder, "git", "init", "--quiet");
        await RunAsync(folder, "git", "add", ".");
        await RunAsync(
            folder,
            "git",
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.com",
            "commit",
            "--quiet",
            "--message",
            "A commit");

        // What `terraform init` leaves behind is no part of the image.
        await File.WriteAllTextAsync(
            Path.Combine(folder, "infra", ".terraform.lock.hcl"), "", TestContext.Current.CancellationToken);
        return new Checkout(folder, bin, (await RunAsync(folder, "git", "rev-parse", "HEAD")).Trim());
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        await using var process = LocalProcess.StartFile(program, folder, new Dictionary<string, string>(), arguments);
        (await process.ExitAsync()).ShouldBe(0, process.Error);
        return process.Output;
    }
}
