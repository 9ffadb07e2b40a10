using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Other;

/// <summary>Reads one vendor from the settings, whole: every mistake is remembered.</summary>
internal sealed partial class VendorReader(SettingReader settings, IReadOnlyCollection<string> taken)
{
    private const string Address = "BaseAddress";

    private static readonly string[] Own = ["Authentication", "Headers", "RequestsPerMinute", "Reports"];
    private static readonly string[] Schemes = ["bearer", "basic", "header"];
    private static readonly Uri NoAddress = new("https://missing.invalid/");

    /// <summary>Reads it.</summary>
    public VendorDefinition Read(IConfigurationSection section)
    {
        var name = section.Key;
        if (!Name().IsMatch(name))
        {
            settings.Mistake(
                section,
                "does not have a name for a vendor: lower-case letters, digits and underscores, at most 40.");
        }
        else if (taken.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            settings.Mistake(section, "has the name of a vendor that needs no description; give it another.");
        }

        // The address itself is judged with those of all vendors.
        var address = settings.Required(
            section.GetSection(Address), "where its API is, such as https://api.example.com/");
        var authorize = ReadAuthentication(section.GetSection("Authentication"));
        var headers = settings.Pairs(section.GetSection("Headers"));
        foreach (var (header, _) in headers.Where(header => !Token().IsMatch(header.Name)))
        {
            settings.Mistake(section.GetSection($"Headers:{header}"), "is not the name of a header.");
        }

        var limit = settings.Number(section.GetSection("RequestsPerMinute"), 1, 100_000, null) is { } perMinute
            ? new RequestLimit(perMinute, TimeSpan.FromMinutes(1))
            : null;
        var list = section.GetSection("Reports");
        var reports = list.GetChildren().Select(new ReportReader(settings, headers).Read)
            .OfType<ReportDefinition>().ToList();
        if (!list.GetChildren().Any())
        {
            settings.Mistake(list, "is missing; describe at least one report, each under its name.");
        }

        return new VendorDefinition(
            new Vendor(
                name,
                $"Other:{name}",
                Uri.TryCreate(address, UriKind.Absolute, out var known) ? known : NoAddress,
                [.. reports.Select(report => report.Report)])
            {
                Focus = new FocusNames(name, name),
                DescribedBy = Own,
                Limit = limit,
            },
            new VendorProtocol(
                "Other",
                $"The vendor '{name}' is described in the settings, and so is the way its key is sent "
                    + $"({StrictSection.Variable(section)}__Authentication).",
                authorize,
                Rfc3339.Read)
            {
                Settings = $"Other:{name}",
                Limit = limit,
                WritesNumbersAsText = true,
            },
            reports);
    }

    private Action<HttpRequestMessage, string> ReadAuthentication(IConfigurationSection section)
    {
        var scheme = settings.Word(section.GetSection("Scheme"), Schemes, isRequired: true);
        settings.RequireOnly(section, scheme == "header" ? ["Scheme", "Header"] : ["Scheme"]);
        var header = scheme == "header"
            ? settings.Required(section.GetSection("Header"), "the header that takes the key, such as x-api-key")
            : null;
        if (header is not null && !Token().IsMatch(header))
        {
            settings.Mistake(section.GetSection("Header"), "is not the name of a header.");
        }

        return scheme switch
        {
            "basic" => (request, key) => request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(UserAndPassword(key)))),
            "header" => (request, key) => request.Headers.TryAddWithoutValidation(header ?? "", key),
            _ => (request, key) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key),
        };
    }

    /// <summary>RFC 7617: <c>user:password</c>. A key without a colon is the user, with no password.</summary>
    private static string UserAndPassword(string key) => key.Contains(':', StringComparison.Ordinal) ? key : $"{key}:";

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,39}\z")]
    private static partial Regex Name();

    // RFC 9110, section 5.6.2.
    [GeneratedRegex(@"\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\z")]
    private static partial Regex Token();
}
