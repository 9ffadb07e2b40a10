using System.CommandLine;
using System.Text.Json;
using EventPipeline.Google.SecretManager;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

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
        var vendor = new Option<string?>("--vendor") { Description = "Only this vendor.", HelpName = "NAME" };
        var account = new Option<string?>("--account")
        {
            Description = "Only accounts of this name.",
            HelpName = "NAME",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print one JSON document on standard output and nothing else.",
        };
        var check = new Command(
            "check",
            "Tries each account's credential with the smallest request of each report that it reads, and says what is "
            + "missing and who can give it. Loads nothing and writes nothing.")
        {
            vendor, account, json,
        };
        check.SetAction(async (arguments, cancellationToken) =>
        {
            await using var opened = await open(arguments, cancellationToken);
            var accounts = Select(
                opened.Services.GetRequiredService<ConfiguredAccounts>().All,
                [.. opened.Services.GetRequiredService<KnownVendors>().All.Select(known => known.Name)],
                arguments.GetValue(vendor),
                arguments.GetValue(account));
            var found = await new CredentialCheck(opened.Services, opened.Today)
                .ExecuteAsync(accounts, cancellationToken);
            var output = arguments.InvocationConfiguration.Output;
            await (arguments.GetValue(json)
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

    private static List<Account> Select(
        IReadOnlyList<Account> all, IReadOnlyList<string> vendors, string? vendor, string? account)
    {
        if (vendor is not null && !vendors.Contains(vendor))
        {
            throw new UsageException(
                $"There is no vendor {Shown.Quoted(vendor)}. {Nearest.DidYouMeanOneOf(vendor, vendors)}");
        }

        var asked = all.Where(one => vendor is null || one.Vendor == vendor).ToList();
        if (asked.Count == 0)
        {
            throw new UsageException(
                $"No account{(vendor is null ? "" : $" of {vendor}")} is configured, so there is no credential to "
                + "check: set Vendors__<Vendor>__Accounts__0__Name and …__Secret.");
        }

        List<Account> chosen = [.. asked.Where(one => account is null || one.Name == account)];
        return chosen.Count > 0
            ? chosen
            : throw new UsageException(
                $"No account{(vendor is null ? "" : $" of {vendor}")} is called {Shown.Quoted(account!)}. "
                + Nearest.DidYouMeanOneOf(account!, [.. asked.Select(one => one.Name).Distinct()]));
    }

    private static int ExitCodeOf(IReadOnlyList<CheckedReport> found) =>
        found.All(report => report.State == CheckState.Usable) ? 0
        : found.All(report => report.State is CheckState.Usable or CheckState.Unreachable or CheckState.NotTried) ? 3
        : 1;
}
