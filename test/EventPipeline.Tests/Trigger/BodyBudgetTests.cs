using System.Net;
using EventPipeline.Events;

namespace EventPipeline.Tests.Trigger;

[Collection(nameof(LargeBodies))]
[LargeBody]
public sealed class BodyBudgetTests : IClassFixture<DoorFixture>
{
    private readonly DoorFixture _door;

    public BodyBudgetTests(DoorFixture door)
    {
        _door = door;
        _door.Clear();
    }

    [Fact]
    public void Small_bodies_and_large_ones_do_not_keep_each_other_out()
    {
        var budget = new BodyBudget();
        var large = Enumerable.Range(0, 3).Select(_ => budget.Begin()).ToList();
        large.ShouldAllBe(share => share.TryHold(RequestBody.MaxBytes));
        using var fourth = budget.Begin();
        fourth.TryHold(BodyBudget.SmallBody + 1).ShouldBeFalse();

        var small = Enumerable.Range(0, 64).Select(_ => budget.Begin()).ToList();
        small.ShouldAllBe(share => share.TryHold(BodyBudget.SmallBody));
        fourth.TryHold(1).ShouldBeFalse();

        large[0].Dispose();
        fourth.TryHold(RequestBody.MaxBytes).ShouldBeTrue();
        small[0].Dispose();
        using var one = budget.Begin();
        one.TryHold(BodyBudget.SmallBody).ShouldBeTrue();
    }

    [Fact]
    public void A_body_that_grows_moves_among_the_large_ones_and_gives_all_of_it_back()
    {
        var budget = new BodyBudget();
        for (var round = 0; round < 1_000; round++)
        {
            using var share = budget.Begin();
            for (var bytes = 4_096; bytes < RequestBody.MaxBytes; bytes *= 2)
            {
                share.TryHold(bytes).ShouldBeTrue();
            }
        }

        var all = Enumerable.Range(0, 64).Select(_ => budget.Begin()).ToList();
        all.ShouldAllBe(share => share.TryHold(BodyBudget.SmallBody));
        Enumerable.Range(0, 3)
            .Select(_ => budget.Begin())
            .ToList()
            .ShouldAllBe(share => share.TryHold(RequestBody.MaxBytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_does_not_fit_is_told_to_come_again_and_small_messages_pass(bool chunked)
    {
        using var begun = new SemaphoreSlim(0);
        var gate = new TaskCompletionSource();
        _door.Behaviour = () =>
        {
            begun.Release();
            return gate.Task;
        };
        var push = Pushes.Wrapped("{\"days\":3" + new string(' ', 10_000_000) + "}");
        var inHand = Enumerable.Range(0, 3).Select(_ => _door.PostAsync("/events/run-requested", push)).ToList();
        foreach (var _ in inHand)
        {
            await begun.WaitAsync(TestContext.Current.CancellationToken);
        }

        var refused = await LargeAsync(push, chunked);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        var small = _door.PostAsync("/events/run-requested", Pushes.Wrapped("{}"));
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        gate.SetResult();
        (await small).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Task.WhenAll(inHand)).ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.NoContent);
        (await LargeAsync(push, chunked)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private async Task<HttpResponseMessage> LargeAsync(string push, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events/run-requested")
        {
            Content = new StringContent(push),
        };
        request.Headers.ExpectContinue = !chunked;
        request.Headers.TransferEncodingChunked = chunked;
        return await _door.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
