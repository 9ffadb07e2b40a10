using System.CommandLine;
using System.Text.Json;
using EventPipeline.Google.SecretManager;
using EventPipeline.Vendors;

namespace EventPipeline.Commands;

/// <summary>
/// <c>vendors check</c>: tries each account's credential with the smallest request of each report that it reads. Exit
/// codes: 0 every report is usable; 1 one is refused or fails, with what is missing; 2 an argument or a setting is
/// wrong; 3 a vendor could not be reached, and nothing else is wrong.
/// </summary>
internal static class VendorsCommand
{
    /// <param name="open">Opens the vendors that the command asks.</param>
    public static Command Create(OpenVendors open)
    {
        var check = new Command(
            "check",
            "Tries each account's credential with the smallest request of each report that it reads, and says what is "
            + "missing and who can give it. Loads nothing and writes nothing.")
        {
            AccountChoice.Vendor, AccountChoice.Account, OutputOptions.Document,
        };
        check.SetAction(async (arguments, cancellationToken) =>
        {
            await using var opened = await open(arguments, cancellationToken);
            var accounts = AccountChoice.Read(arguments, opened.Services);
            var found = await new CredentialCheck(opened.Services, opened.Today)
                .ExecuteAsync(accounts, cancellationToken);
            var output = arguments.InvocationConfiguration.Output;
            await (arguments.GetValue(OutputOptions.Document)
                ? output.WriteLineAsync(JsonSerializer.Serialize(found, ApiJson.Options))
                : CheckTable.WriteAsync(output, found));
            return ExitCodeOf(found);
        });
        return new Command("vendors", "The vendors' accounts and what their credentials may read.") { check };
    }

    /// <summary>Opens the vendors as the service on Google Cloud does.</summary>
    public static Task<OpenedVendors> OpenConfigured(ParseResult arguments, CancellationToken cancellationToken)
    {
        var host = CommandHost.Build(builder =>
        {
            builder.Services.AddVendors();
            builder.Services.AddSecretManager();
        });
        return Task.FromResult(new OpenedVendors(host, TimeProvider.System));
    }

    private static int ExitCodeOf(IReadOnlyList<CheckedReport> found) =>
        found.All(report => report.State == CheckState.Usable) ? 0
        : found.All(report => report.State is CheckState.Usable or CheckState.Unreachable or CheckState.NotTried) ? 3
        : 1;
}
