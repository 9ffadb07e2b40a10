using System.Text;
using EventPipeline.Google.SecretManager;
using EventPipeline.Vendors.Accounts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Google;

/// <summary>Keys in Secret Manager, over HTTP, with a token of the metadata server.</summary>
[Collection(nameof(MetadataServer))]
public sealed class SecretManagerTests : IAsyncLifetime
{
    private const string Reference = "projects/acme-prod/secrets/anthropic";
    private const string Latest = $"{Reference}/versions/latest";
    private const string Key = "sk-ant-admin01-canary";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));
    private SecretServer _server = null!;
    private ServiceProvider _services = null!;
    private MetadataServer _metadata = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISecretStore Store => _services.GetRequiredService<ISecretStore>();

    public async ValueTask InitializeAsync()
    {
        _server = await SecretServer.StartAsync();
        _metadata = new MetadataServer(_server.Address);
        _services = Services(_clock, ("SecretManager:BaseAddress", _server.Address.AbsoluteUri));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _metadata.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(Reference, Latest)]
    [InlineData(Latest, Latest)]
    [InlineData($"{Reference}/versions/7", $"{Reference}/versions/7")]
    [InlineData("projects/123456789012/secrets/a_B-9", "projects/123456789012/secrets/a_B-9/versions/latest")]
    [InlineData("projects/example.com:acme/secrets/a", "projects/example.com:acme/secrets/a/versions/latest")]
    public async Task A_key_is_read_by_its_resource_name(string reference, string version)
    {
        _server.Keys[version] = Key;

        Store.Keeps(reference).ShouldBeTrue();
        (await Store.GetAsync(reference, Cancellation)).ShouldBe(Key);

        _server.Asked.ShouldBe([version]);
        _server.Tokens.ShouldHaveSingleItem().ShouldStartWith("Bearer token-");
    }

    [Theory]
    [InlineData("projects/p/secrets/")]
    [InlineData("projects/p/secrets/s/")]
    [InlineData("projects/p/secrets/s/versions/")]
    [InlineData("projects/p/secrets/s/versions/0")]
    [InlineData("projects/p/secrets/s/versions/newest")]
    [InlineData("projects/p/secrets/s/versions/1/x")]
    [InlineData("projects/p/secrets/s:access")]
    [InlineData("projects/p/secrets/../s")]
    [InlineData("projects/p/secrets/a b")]
    [InlineData("projects//secrets/s")]
    [InlineData("projects/p/secrets/s\n")]
    [InlineData("//secretmanager.googleapis.com/projects/p/secrets/s")]
    [InlineData("env:NAME")]
    [InlineData("sk-ant-admin01-a")]
    public void What_is_no_resource_name_is_not_taken_for_one(string reference) =>
        Store.Keeps(reference).ShouldBeFalse();

    [Fact]
    public async Task A_key_is_kept_for_a_while_and_then_read_again()
    {
        _server.Keys[Latest] = "old";
        (await Store.GetAsync(Reference, Cancellation)).ShouldBe("old");
        _server.Keys[Latest] = "new";

        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        (await Store.GetAsync(Latest, Cancellation)).ShouldBe("old");
        _clock.Advance(TimeSpan.FromTicks(1));
        (await Store.GetAsync(Reference, Cancellation)).ShouldBe("new");

        _server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task However_many_ask_one_reads()
    {
        _server.Keys[Latest] = Key;
        var arrived = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _server.Before = () =>
        {
            arrived.TrySetResult();
            return go.Task;
        };

        var asked = Enumerable.Range(0, 20).Select(_ => Store.GetAsync(Reference, Cancellation).AsTask()).ToList();
        await arrived.Task.WaitAsync(Cancellation);
        go.SetResult();

        (await Task.WhenAll(asked)).ShouldAllBe(key => key == Key);
        _server.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_key_is_read_again_once_however_many_were_refused()
    {
        _server.Keys[Latest] = "old";
        await Store.GetAsync(Reference, Cancellation);
        _server.Keys[Latest] = "new";

        var renewed = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Store.RenewAsync(Reference, "old", Cancellation).AsTask()));

        renewed.ShouldAllBe(key => key == "new");
        _server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        await Should.ThrowAsync<RejectedEventException>(Store.GetAsync(Reference, Cancellation).AsTask());

        _server.Keys[Latest] = Key;

        (await Store.GetAsync(Reference, Cancellation)).ShouldBe(Key);
    }

    [Theory]
    [InlineData(404, "NOT_FOUND", "does not exist", "gcloud secrets versions add anthropic --project=acme-prod")]
    [InlineData(
        400,
        "FAILED_PRECONDITION",
        "disabled or destroyed",
        "gcloud secrets versions add anthropic --project=acme-prod")]
    [InlineData(403, "PERMISSION_DENIED", "may not be read", "roles/secretmanager.secretAccessor")]
    [InlineData(410, "GONE", "answered 410", "gcloud secrets")]
    public async Task A_key_that_cannot_be_had_is_a_rejection_that_names_it_and_says_what_to_do(
        int status, string code, string what, string remedy)
    {
        _server.Instead = (status, $$$"""{"error":{"code":{{{status}}},"message":"{{{Key}}}","status":"{{{code}}}"}}""");

        var failure = await Should.ThrowAsync<RejectedEventException>(Store.GetAsync(Reference, Cancellation).AsTask());

        failure.Cause.ShouldBe(RejectionCause.Credential);
        failure.Message.ShouldContain(Latest);
        failure.Message.ShouldContain(what);
        failure.Hint.ShouldContain(remedy);
        failure.ToString().ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("canary\n")]
    [InlineData("")]
    [InlineData(" canary")]
    [InlineData("canary ключ")]
    public async Task A_value_that_is_no_key_is_a_rejection_that_does_not_show_it(string value)
    {
        _server.Keys[Latest] = value;

        var failure = await Should.ThrowAsync<RejectedEventException>(Store.GetAsync(Reference, Cancellation).AsTask());

        failure.Message.ShouldContain(value.Length == 0 ? "is empty" : "line break at the end");
        failure.Hint.ShouldContain("--data-file=-");
        $"{failure}{failure.Hint}".ShouldNotContain("canary");
    }

    [Fact]
    public Task A_damaged_value_is_not_used() =>
        TransientAsync(200, SecretServer.Answer(Latest, Encoding.UTF8.GetBytes(Key), checksum: 12345), "CRC32C");

    [Theory]
    [InlineData(200, """{"name":"x","payload":{"data":"c2stY2FuYXJ5"}}""", "checksum")]
    [InlineData(200, """{"name":"x","payload":{"data":"c2stY2FuYXJ5","dataCrc32c":"-1"}}""", "CRC32C")]
    [InlineData(200, """{"name":"x","payload":{"data":"c2stY2FuYXJ5","dataCrc32c":"x"}}""", "CRC32C")]
    [InlineData(200, """{"name":"x","payload":{"data":"#sk-canary","dataCrc32c":"1"}}""", "base64")]
    [InlineData(200, """{"name":"x"}""", "checksum")]
    [InlineData(200, "null", "checksum")]
    [InlineData(200, "<html>sk-canary", "BaseAddress")]
    [InlineData(200, """{"payload":{"data":5,"dataCrc32c":"canary"}}""", "BaseAddress")]
    [InlineData(429, "", "429")]
    [InlineData(500, "", "500")]
    [InlineData(503, "", "503")]
    public async Task What_may_pass_is_transient(int status, string body, string what) =>
        await TransientAsync(status, body, what);

    [Fact]
    public async Task Nobody_at_the_address_is_transient()
    {
        await using var services = Services(TimeProvider.System, ("SecretManager:BaseAddress", "http://127.0.0.1:1/"));
        var store = services.GetRequiredService<ISecretStore>();

        var failure = await Should.ThrowAsync<TransientFailureException>(
            store.GetAsync(Reference, Cancellation).AsTask());

        failure.Message.ShouldContain("cannot be reached at http://127.0.0.1:1/");
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once()
    {
        _server.Keys[Latest] = Key;
        await Store.GetAsync(Reference, Cancellation);
        _server.Expired.Add(_server.Tokens.Last());
        _clock.Advance(TimeSpan.FromHours(1));

        (await Store.GetAsync(Reference, Cancellation)).ShouldBe(Key);

        _server.Tokens.Distinct().Count().ShouldBe(2);
        _server.Tokens.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("SecretManager:CacheFor", "00:00:00", "SecretManager__CacheFor")]
    [InlineData("SecretManager:CacheFor", "2.00:00:00", "SecretManager__CacheFor")]
    [InlineData("SecretManager:BaseAddress", "http://secrets.test/", "SecretManager__BaseAddress")]
    [InlineData("SecretManager:BaseAddress", "secrets", "SecretManager__BaseAddress")]
    public void Settings_that_cannot_work_are_refused(string setting, string value, string named)
    {
        using var services = Services(_clock, (setting, value));

        Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IOptions<SecretManagerOptions>>().Value).Message.ShouldContain(named);
    }

    private async Task TransientAsync(int status, string body, string what)
    {
        _server.Instead = (status, body);
        // it waits between tries
        await using var services = Services(
            TimeProvider.System, ("SecretManager:BaseAddress", _server.Address.AbsoluteUri));

        var failure = await Should.ThrowAsync<TransientFailureException>(
            services.GetRequiredService<ISecretStore>().GetAsync(Reference, Cancellation).AsTask());

        failure.Message.ShouldContain(what);
        failure.Message.ShouldContain(Latest);
        failure.ToString().ShouldNotContain("canary");
    }

    private static ServiceProvider Services(TimeProvider clock, params (string, string?)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2)))
            .Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(clock)
            .AddLogging()
            .AddSecretManager()
            .BuildServiceProvider();
    }
}

/// <summary>
/// Lets the credentials find a metadata server. The variable is the whole process's, so those who use it take turns.
/// </summary>
[CollectionDefinition(nameof(MetadataServer), DisableParallelization = true)]
public sealed class MetadataServer : IDisposable
{
    private const string Variable = "GCE_METADATA_HOST";
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public MetadataServer(Uri address) => Environment.SetEnvironmentVariable(Variable, address.Authority);

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _before);
}
