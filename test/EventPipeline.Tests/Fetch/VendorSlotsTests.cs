using EventPipeline.Fetch;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Fetch;

public sealed class VendorSlotsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(40)]
    public void A_vendor_that_is_alone_may_use_every_slot(int concurrency)
    {
        using var slots = Slots(concurrency, "anthropic");

        TakeAll(slots, "anthropic").ShouldBe(concurrency);
    }

    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(4, 2, 3)]
    [InlineData(4, 3, 2)]
    [InlineData(40, 2, 30)]
    [InlineData(40, 5, 24)]
    public void Every_vendor_but_one_may_stall_and_the_last_still_has_its_slots(int concurrency, int vendors, int most)
    {
        string[] names = [.. Enumerable.Range(1, vendors).Select(number => $"vendor-{number}")];
        using var slots = Slots(concurrency, names);

        TakeAll(slots, names[0]).ShouldBe(most);
        var others = names[1..^1].Sum(name => TakeAll(slots, name));
        var left = TakeAll(slots, names[^1]);

        left.ShouldBe(Math.Max(1, concurrency / 2 / vendors));
        (most + others + left).ShouldBe(concurrency);
    }

    [Fact]
    public void With_fewer_slots_than_vendors_each_may_still_take_one()
    {
        using var slots = Slots(1, "anthropic", "openai");

        TakeAll(slots, "anthropic").ShouldBe(1);
        TakeAll(slots, "openai").ShouldBe(1);
    }

    [Fact]
    public void A_slot_that_is_given_back_is_free_for_its_vendor_or_for_another()
    {
        using var slots = Slots(4, "anthropic", "openai");
        var first = slots.TryTake("anthropic").ShouldNotBeNull();
        var shared = slots.TryTake("anthropic").ShouldNotBeNull();
        TakeAll(slots, "anthropic").ShouldBe(1);
        TakeAll(slots, "openai").ShouldBe(1);

        first.Dispose();
        slots.TryTake("openai").ShouldBeNull("it is kept for its vendor");
        TakeAll(slots, "anthropic").ShouldBe(1);
        shared.Dispose();
        TakeAll(slots, "openai").ShouldBe(1);
    }

    [Fact]
    public void Two_accounts_of_a_vendor_share_its_slots()
    {
        using var slots = Slots(4, "anthropic", "anthropic", "openai");

        TakeAll(slots, "anthropic").ShouldBe(3);
    }

    [Fact]
    public void Nothing_is_refused_where_nothing_limits_the_requests()
    {
        using var slots = Slots(null, "anthropic", "openai");

        TakeAll(slots, "anthropic", most: 5_000).ShouldBe(5_000);
    }

    [Fact]
    public void A_vendor_that_nobody_configured_is_let_in_to_be_rejected()
    {
        using var slots = Slots(2, "anthropic", "openai");
        TakeAll(slots, "anthropic");
        TakeAll(slots, "openai");

        slots.TryTake("nobody").ShouldNotBeNull();
    }

    private static VendorSlots Slots(int? concurrency, params string[] vendors) => new(
        new ConfiguredAccounts(
        [
            .. vendors.Select((vendor, index) => new Account(
                vendor, $"acme-{index}", new Uri("https://vendor.test/"), $"env:KEY_{index}", null)),
        ]),
        Options.Create(new FetchOptions { Concurrency = concurrency }));

    private static int TakeAll(VendorSlots slots, string vendor, int most = 1_000) =>
        Enumerable.Range(0, most).TakeWhile(_ => slots.TryTake(vendor) is not null).Count();
}
