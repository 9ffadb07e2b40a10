using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.Accounts;

/// <summary>
/// Keys in the process's environment, <c>env:NAME</c>: checked at start, and constant while the process lives.
/// </summary>
/// <param name="environment">Where a variable is looked up.</param>
internal sealed partial class EnvironmentSecrets(Func<string, string?> environment) : ISecretStore
{
    public string Form => "env:NAME";

    public bool Keeps(string reference) => Reference().IsMatch(reference);

    public string? Mistake(string reference)
    {
        var variable = VariableOf(reference);
        var key = environment(variable);
        return string.IsNullOrEmpty(key)
            ? $"points to the environment variable {variable}, which is unset or empty; set it to the key."
            : !Secrets.IsKey(key)
                ? $"points to the environment variable {variable}, whose value {Secrets.NoKey}. Set it to the bare key."
            : null;
    }

    public ValueTask<string> GetAsync(string reference, CancellationToken cancellationToken) =>
        Mistake(reference) is { } mistake
        ? throw new RejectedEventException(
            $"The account's secret {mistake}",
            "Set the variable and restart the service, then replay.",
            RejectionCause.Credential)
        : ValueTask.FromResult(environment(VariableOf(reference))!);

    public ValueTask<string> RenewAsync(string reference, string refused, CancellationToken cancellationToken) =>
        GetAsync(reference, cancellationToken);

    private static string VariableOf(string reference) => Reference().Match(reference).Groups["name"].Value;

    [GeneratedRegex(@"\Aenv:(?<name>[A-Za-z_][A-Za-z0-9_]*)\z")]
    private static partial Regex Reference();
}
