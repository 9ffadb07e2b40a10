using System.Text;
using System.Threading.Channels;
using EventPipeline.Google.PubSub;
using EventPipeline.Messages;

namespace EventPipeline.Tests.Google;

/// <summary>Which messages share a request, and that nobody's message becomes another's problem.</summary>
public sealed class TopicLineTests
{
    private static readonly PublishFailure Away = new("The topic is away.");
    private static readonly PublishFailure Refused = new("One of them is wrong.") { MayBeOneMessage = true };

    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();
    private readonly TopicLine _line;

    public TopicLineTests() => _line = new TopicLine(batches =>
    {
        var request = new Request(batches);
        _requests.Writer.TryWrite(request);
        return request.Answer.Task;
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_comes_alone_goes_at_once()
    {
        var published = PublishAsync("a");

        (await NextAsync("a")).Accept();

        await published;
    }

    [Fact]
    public async Task What_comes_while_a_request_is_on_its_way_shares_the_next_one_in_its_order()
    {
        var published = new List<Task> { PublishAsync("a") };
        var first = await NextAsync("a");
        published.AddRange(PublishAsync("b"), PublishAsync("c"), PublishAsync("d"));

        first.Accept();

        (await NextAsync("b", "c", "d")).Accept();
        await Task.WhenAll(published);
        var later = PublishAsync("e");
        (await NextAsync("e")).Accept();
        await later;
    }

    [Fact]
    public async Task A_caller_returns_when_its_own_request_was_accepted()
    {
        var published = PublishAsync("a");
        var first = await NextAsync("a");
        var next = PublishAsync("b");

        first.Accept();

        await published;
        next.IsCompleted.ShouldBeFalse();
        (await NextAsync("b")).Accept();
        await next;
    }

    [Theory]
    [InlineData(300, 1_000, 3)]
    [InlineData(1, 4_000_000, 2)]
    public async Task A_shared_request_stays_within_the_limits(int messages, int bytes, int callers)
    {
        var published = new List<Task> { PublishAsync("a") };
        var first = await NextAsync("a");
        published.AddRange(Enumerable.Range(0, 2 * callers).Select(_ =>
            _line.PublishAsync(new PublishBatch(new byte[bytes], messages), Cancellation)));

        first.Accept();

        for (var request = 0; request < 2; request++)
        {
            var shared = await _requests.Reader.ReadAsync(Cancellation);
            shared.Batches.Count.ShouldBe(callers);
            shared.Accept();
        }

        await Task.WhenAll(published);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_is_not_published_and_holds_nobody_up()
    {
        using var impatient = new CancellationTokenSource();
        var published = PublishAsync("a");
        var first = await NextAsync("a");
        var given = PublishAsync("b", impatient.Token);
        var patient = PublishAsync("c");

        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => given);
        first.Accept();
        (await NextAsync("c")).Accept();
        await Task.WhenAll(published, patient);
    }

    [Fact]
    public async Task Who_gives_up_while_the_request_is_on_its_way_does_not_stop_it()
    {
        using var impatient = new CancellationTokenSource();
        var published = PublishAsync("a");
        var first = await NextAsync("a");
        var given = PublishAsync("b", impatient.Token);
        var patient = PublishAsync("c");
        first.Accept();
        var shared = await NextAsync("b", "c");

        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => given);
        patient.IsCompleted.ShouldBeFalse();
        shared.Accept();
        await Task.WhenAll(published, patient);
    }

    [Fact]
    public async Task A_request_that_fails_fails_for_everyone_in_it_and_the_next_one_is_sent()
    {
        var published = PublishAsync("a");
        var first = await NextAsync("a");
        Task[] shared = [PublishAsync("b"), PublishAsync("c")];
        first.Accept();

        (await NextAsync("b", "c")).Fail(Away);

        await published;
        var failures = new List<TransientFailureException>();
        foreach (var one in shared)
        {
            failures.Add(await Should.ThrowAsync<TransientFailureException>(() => one));
        }

        failures.ShouldAllBe(failure => failure.Message == Away.Message);
        failures[0].ShouldNotBeSameAs(failures[1]);
        var next = PublishAsync("d");
        (await NextAsync("d")).Accept();
        await next;
    }

    [Fact]
    public async Task Where_one_message_may_be_at_fault_each_caller_is_published_alone()
    {
        var published = PublishAsync("a");
        var first = await NextAsync("a");
        var (good, bad, other) = (PublishAsync("good"), PublishAsync("bad"), PublishAsync("other"));
        first.Accept();

        (await NextAsync("good", "bad", "other")).Fail(Refused);

        (await NextAsync("good")).Accept();
        (await NextAsync("bad")).Fail(Refused);
        (await NextAsync("other")).Accept();
        await Task.WhenAll(published, good, other);
        (await Should.ThrowAsync<TransientFailureException>(() => bad)).Message.ShouldBe(Refused.Message);
    }

    [Fact]
    public async Task A_shared_request_is_part_of_no_callers_trace()
    {
        using var own = new System.Diagnostics.Activity("push").Start();
        var seen = new TaskCompletionSource<System.Diagnostics.Activity?>();
        var line = new TopicLine(_ =>
        {
            seen.SetResult(System.Diagnostics.Activity.Current);
            return Task.FromResult<PublishFailure?>(null);
        });

        await line.PublishAsync(BatchOf("a"), Cancellation);

        (await seen.Task).ShouldBeNull();
    }

    [Fact]
    public void Batches_are_joined_as_one_body()
    {
        var joined = PublishBatch.Join(
            [.. PublishBatch.Pack([MessageOf("a"), MessageOf("b")]), .. PublishBatch.Pack([MessageOf("c")])]);

        joined.Count.ShouldBe(3);
        Encoding.UTF8.GetString(joined.Body.Span)
            .ShouldBe("""{"messages":[{"data":"YQ=="},{"data":"Yg=="},{"data":"Yw=="}]}""");
    }

    private static OutgoingMessage MessageOf(string data) =>
        new(Encoding.UTF8.GetBytes(data), new Dictionary<string, string>());

    private static PublishBatch BatchOf(string data) => PublishBatch.Pack([MessageOf(data)]).Single();

    private Task PublishAsync(string data, CancellationToken? cancellationToken = null) =>
        _line.PublishAsync(BatchOf(data), cancellationToken ?? Cancellation);

    private async Task<Request> NextAsync(params string[] data)
    {
        var request = await _requests.Reader.ReadAsync(Cancellation);
        request.Batches.Select(batch => Encoding.UTF8.GetString(batch.Body.Span))
            .ShouldBe(data.Select(one => Encoding.UTF8.GetString(BatchOf(one).Body.Span)));
        return request;
    }

    private sealed record Request(IReadOnlyList<PublishBatch> Batches)
    {
        public TaskCompletionSource<PublishFailure?> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Accept() => Answer.SetResult(null);

        public void Fail(PublishFailure failure) => Answer.SetResult(failure);
    }
}
