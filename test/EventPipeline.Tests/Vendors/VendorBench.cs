using System.Text;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors;

/// <summary>
/// The registered connectors with the network replaced, or not: whatever serves <see cref="Address"/>.
/// </summary>
internal sealed class VendorBench : IDisposable
{
    public const string Secret = "sk-ant-admin01-a-test-secret";
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _services;
    private readonly WrittenKeys _keys = new();

    public VendorBench(
        HttpMessageHandler? network, TimeProvider? clock = null, params (string Key, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build());
        Clock = clock ?? new FakeTimeProvider(Now);
        services.AddSingleton(Clock);
        services.AddLogging();
        services.AddVendors();
        services.AddSingleton<ISecretStore>(_keys);
        if (network is not null)
        {
            services.AddHttpClient<VendorApi>().ConfigurePrimaryHttpMessageHandler(() => network);
        }

        _services = services.BuildServiceProvider();
    }

    public TimeProvider Clock { get; }

    public Uri Address { get; init; } = new("https://vendor.test/");

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(570);

    /// <summary>What its accounts read, where their vendor's keys do not say; null where they do.</summary>
    public AccountScope? Scope { get; set; }

    public Drift Drift { get; } = new();

    public List<KeptPart> Kept { get; } = [];

    public IServiceProvider Services => _services;

    public IVendorConnector Connector(string vendor) => _services.GetRequiredKeyedService<IVendorConnector>(vendor);

    public Account Account(string vendor, string name = "acme", string secret = Secret) =>
        new(vendor, name, Address, $"{WrittenKeys.Prefix}{secret}") { Scope = Scope };

    /// <summary>Reads a window and returns everything the connector said.</summary>
    public async Task<List<VendorItem>> ReadAsync(
        string vendor,
        string report,
        string from,
        string to,
        string account = "acme",
        Uri? address = null,
        string secret = Secret,
        List<VendorItem>? into = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var window = new Window(vendor, account, report, DateOnly.Parse(from, null), DateOnly.Parse(to, null));
        var fetch = new FetchContext(
            window,
            Account(vendor, account, secret) with { BaseAddress = address ?? Address },
            "org-1",
            Clock.GetUtcNow() + Patience,
            Keep,
            Drift);
        var items = into ?? [];
        await foreach (var item in Connector(vendor).FetchAsync(fetch, cancellation))
        {
            items.Add(item);
        }

        return items;

        ValueTask Keep(PagePart part, CancellationToken cancellationToken)
        {
            Kept.Add(KeptPart.Of(part));
            return ValueTask.CompletedTask;
        }
    }

    public Task<RejectedEventException> RejectedAsync(string vendor, string report, string from, string to) =>
        Should.ThrowAsync<RejectedEventException>(ReadAsync(vendor, report, from, to));

    public Task<TransientFailureException> TransientAsync(string vendor, string report, string from, string to) =>
        Should.ThrowAsync<TransientFailureException>(ReadAsync(vendor, report, from, to));

    /// <summary>
    /// What a connector says of a window before it finds that a day is not there yet, and how it ends.
    /// </summary>
    public async Task<(List<VendorItem> Arrived, TransientFailureException Failure)> ReadUntilNotReadyAsync(
        string vendor, string report, string from, string to)
    {
        var arrived = new List<VendorItem>();
        var failure = await Should.ThrowAsync<TransientFailureException>(
            ReadAsync(vendor, report, from, to, into: arrived));
        failure.IsNotReady.ShouldBeTrue(failure.Message);
        return (arrived, failure);
    }

    public void Dispose() => _services.Dispose();

    /// <summary>The key is what is written, behind a word that says so.</summary>
    private sealed class WrittenKeys : ISecretStore
    {
        public const string Prefix = "written:";

        public string Form => "written:KEY";

        public bool Keeps(string reference) => reference.StartsWith(Prefix, StringComparison.Ordinal);

        public string? Mistake(string reference) => null;

        public ValueTask<string> GetAsync(string reference, CancellationToken cancellationToken) =>
            ValueTask.FromResult(reference[Prefix.Length..]);

        public ValueTask<string> RenewAsync(string reference, string refused, CancellationToken cancellationToken) =>
            GetAsync(reference, cancellationToken);
    }
}

/// <summary>A piece of a page that was kept, copied: its bytes are used again.</summary>
internal sealed record KeptPart(int PageNo, int PartNo, string RequestHash, int HttpStatus, string Payload)
{
    public static KeptPart Of(PagePart part) => new(
        part.PageNo, part.PartNo, part.RequestHash, part.HttpStatus, Encoding.UTF8.GetString(part.Payload.Span));
}
