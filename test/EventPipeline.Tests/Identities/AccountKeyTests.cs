using EventPipeline.Identities;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Identities;

public sealed class AccountKeyTests
{
    private static readonly Account Account = new("orbit", "acme", new Uri("https://vendor.test/"), "env:KEY");

    [Fact]
    public async Task One_key_is_known_as_another_for_each_thing_that_it_reads()
    {
        var keys = new AccountKeys(new Secrets([new EnvironmentSecrets(_ => "a-key")]));

        var whole = await FingerprintAsync(null);
        var one = await FingerprintAsync("acme");
        var other = await FingerprintAsync("labs");

        new[] { whole, one, other }.Distinct().Count().ShouldBe(3);
        (await FingerprintAsync("ACME")).ShouldBe(one, "Capitals do not count in the vendor's addresses.");

        Task<string> FingerprintAsync(string? name) => keys.FingerprintAsync(
            Account with { Scope = name is null ? null : new AccountScope("organizations", name) },
            TestContext.Current.CancellationToken);
    }
}
