using System.CommandLine;
using EventPipeline.Google.Credentials;

namespace EventPipeline.Commands;

/// <summary>The service on Google Cloud, for a command that asks it from wherever it is typed.</summary>
internal static class RemoteService
{
    private const string AddressSetting = "SERVICE_URL";
    private const string AudienceSetting = "SERVICE_AUDIENCE";
    private const string OperatorSetting = "SERVICE_OPERATOR";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Option<string?> Address = new("--service")
    {
        Description = $"The service's address. Default: {AddressSetting}.",
        HelpName = "URL",
        Recursive = true,
    };

    private static readonly Option<string?> Audience = new("--audience")
    {
        Description = $"Whom its operators' tokens are for. Default: {AudienceSetting}.",
        HelpName = "AUDIENCE",
        Recursive = true,
    };

    private static readonly Option<string?> Operator = new("--operator")
    {
        Description = $"The service account to act as; nobody else if you are one. Default: {OperatorSetting}.",
        HelpName = "EMAIL",
        Recursive = true,
    };

    /// <summary>Adds the options that say which service, and as whom it is asked.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(Address);
        command.Options.Add(Audience);
        command.Options.Add(Operator);
    }

    /// <summary>Whether the arguments or the environment name a service.</summary>
    public static bool IsNamed(ParseResult arguments) => Read(arguments, Address, AddressSetting) is not null;

    /// <summary>Opens it; nothing is asked yet.</summary>
    /// <exception cref="UsageException">It is not named, or by an address that a token must not be sent to.</exception>
    public static Task<OpenedService> OpenAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var text = Read(arguments, Address, AddressSetting)
            ?? throw new UsageException(
                $"Which service is asked? Set {AddressSetting} or pass --service; "
                + "`terraform -chdir=infra output -raw environment` prints what to set.");
        if (!Uri.TryCreate(text.TrimEnd('/') + '/', UriKind.Absolute, out var address)
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            throw new UsageException(
                $"The service's address is '{Shown.Plain(text, 200)}': it takes an https:// address, or an http:// "
                + "address of this machine.");
        }

        var audience = Read(arguments, Audience, AudienceSetting);
        if (audience is null && address.Scheme == Uri.UriSchemeHttps)
        {
            throw new UsageException(
                $"Whom are the tokens for? Set {AudienceSetting} or pass --audience: the service's "
                + "Authentication__Operators__Audience.");
        }

        // What listens on this machine without an audience is this machine's service, or a proxy that signs people in.
        var direct = new HttpClientHandler { AllowAutoRedirect = false };
        HttpMessageHandler handler = audience is null
            ? direct
            : new IdTokenHandler(audience, Read(arguments, Operator, OperatorSetting), direct);
        return Task.FromResult(
            new OpenedService(new HttpClient(handler) { BaseAddress = address, Timeout = Patience }));
    }

    private static string? Read(ParseResult arguments, Option<string?> option, string setting) =>
        (arguments.GetValue(option) ?? Environment.GetEnvironmentVariable(setting)) is { Length: > 0 } text
            ? text
            : null;
}
