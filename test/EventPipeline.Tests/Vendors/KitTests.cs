using System.Net;
using System.Text;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Tests.Vendors.Orbit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors;

/// <summary>What the kit can do beyond the needs of the vendors that are built in.</summary>
public sealed class KitTests : IDisposable
{
    private const string Key = "orb_a-test-secret";
    private static readonly DateOnly Day = new(2026, 11, 22);
    private static readonly PageShape Items = new("items");

    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;
    private readonly Conversation _conversation;

    public KitTests()
    {
        _bench = new VendorBench(_vendor);
        var window = new Window("orbit", "acme", "events", Day, Day);
        var fetch = new FetchContext(
            window,
            _bench.Account("orbit", secret: Key),
            "org-1",
            VendorBench.Now.AddMinutes(9),
            KeepAsync,
            _bench.Drift);
        _conversation = new Conversation(
            fetch, OrbitConnector.Protocol with { LinkHosts = ["files.test", "*.files.test", "box-*.cdn.test"] });
    }

    private VendorApi Api => _bench.Services.GetRequiredService<VendorApi>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_has_a_method_a_body_its_type_and_headers()
    {
        string? sent = null;
        string? type = null;
        _vendor.On("/v2/events", request =>
        {
            (sent, type) = (
                request.Content!.ReadAsStringAsync(Cancellation).GetAwaiter().GetResult(),
                request.Content.Headers.ContentType!.ToString());
            request.Method.ShouldBe(HttpMethod.Post);
            return new HttpResponseMessage { Content = new StringContent("""{"items":[{"n":1}]}""") };
        });
        var request = VendorRequest.PostJson("v2/events", """{"page":1}""") with { Headers = [("orbit-view", "all")] };

        (await AllAsync(new LinkedPages(Api).ReadAsync(_conversation, request, Items, "the items", Cancellation)))
            .ShouldBe([1]);

        (sent, type).ShouldBe(("""{"page":1}""", "application/json"));
        _vendor.Headers[0].GetValues("orbit-view").ShouldBe(["all"]);
        _bench.Kept[0].RequestHash.ShouldBe(request.Hash(_bench.Address));
        request.Hash(_bench.Address).ShouldNotBe(VendorRequest.PostJson("v2/events", """{"page":2}""").Hash(_bench.Address));
    }

    [Theory]
    [InlineData("""<https://vendor.test/v1/items?after=a%2Cb,c>; rel="next", <https://vendor.test/v1/items>; rel="first" """)]
    [InlineData("""<https://vendor.test/v1/items>; rel="prev first", </v1/items?after=a%2Cb,c>; title="x"; REL="last next" """)]
    [InlineData("<?after=a%2Cb,c>; rel=next")]
    public async Task Pages_are_followed_by_the_header_Link(string link)
    {
        _vendor
            .On("/v1/items", """{"items":[{"n":1},{"n":2}]}""", headers: ("Link", link))
            .On("/v1/items", """{"items":[{"n":3}]}""", headers: ("Link", """<https://vendor.test/v1/items>; rel="prev" """));

        (await AllAsync(Linked())).ShouldBe([1, 2, 3]);

        _vendor.Asked.ShouldBe(["/v1/items", "/v1/items?after=a,b,c"]);
        _vendor.Headers.ShouldAllBe(headers => headers.Authorization != null);
    }

    [Theory]
    [InlineData("https://elsewhere.test/v1/items")]
    [InlineData("http://vendor.test/v1/items")]
    [InlineData("https://vendor.test:8443/v1/items")]
    [InlineData("//elsewhere.test/v1/items")]
    public async Task The_credential_goes_to_no_other_host(string next)
    {
        _vendor.On("/v1/items", """{"items":[]}""", headers: ("Link", $"<{next}>; rel=\"next\""));

        var rejected = await Should.ThrowAsync<RejectedEventException>(AllAsync(Linked()));

        rejected.Cause.ShouldBe(RejectionCause.BrokenContract);
        rejected.Message.ShouldContain("vendor.test");
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_link_that_leads_back_is_rejected()
    {
        const string first = "<https://vendor.test/v1/items?page=1>; rel=\"next\"";
        _vendor
            .On("/v1/items", """{"items":[{"n":1}]}""", headers: ("Link", first))
            .On("/v1/items", """{"items":[{"n":1}]}""", headers: ("Link", first));

        (await Should.ThrowAsync<RejectedEventException>(AllAsync(Linked()))).Message.ShouldContain("pagination loops");
    }

    [Theory]
    [InlineData("{\"n\":1}\n{\"n\":2}\r\n\n{\"n\":3}")]
    [InlineData("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n")]
    [InlineData("\uFEFF [ {\"n\":1}, {\"n\":2},\n{\"n\":3} ] ")]
    [InlineData("{\"n\":1}{\"n\":2}{\"n\":3}")]
    public async Task A_file_of_lines_is_fetched_without_the_credential(string file)
    {
        _vendor.On("/signed/report", file, headers: ("openai-organization", "somebody-else"));

        (await AllAsync(File("https://files.test/signed/report?sig=SECRET&se=1"))).ShouldBe([1, 2, 3]);

        _vendor.Asked.ShouldBe(["/signed/report?sig=SECRET&se=1"]);
        _vendor.Headers[0].Authorization.ShouldBeNull();
        _vendor.Headers[0].Select(header => header.Key).ShouldBe(["User-Agent"], ignoreOrder: true);
        var hash = VendorRequest.FromLink(_conversation, "https://files.test/signed/report?sig=OTHER")
            .Hash(_bench.Address);
        _bench.Kept.ShouldAllBe(part => part.RequestHash == hash);
        _bench.Kept.Select(part => part.Payload).ShouldBe([file]);
    }

    [Theory]
    [InlineData("{\"n\":1}\n{\"n\":", "cut off")]
    [InlineData("", "cut off")]
    [InlineData("[{\"n\":1}", "cut off")]
    public async Task A_file_that_ends_early_comes_again(string file, string what)
    {
        _vendor.On("/signed/report", file);

        (
            await Should.ThrowAsync<TransientFailureException>(
                AllAsync(File("https://files.test/signed/report?sig=SECRET")))).Message
            .ShouldSatisfyAllConditions(
                message => message.ShouldContain(what), message => message.ShouldNotContain("SECRET"));
    }

    [Theory]
    [InlineData("{\"n\":1}\n7")]
    [InlineData("{\"n\":1}\n{\"n\":1,\"n\":2}")]
    [InlineData("[1]")]
    [InlineData("[{\"n\":1}]{}")]
    [InlineData("<html>")]
    public async Task A_file_of_anything_else_is_not_read(string file)
    {
        _vendor.On("/signed/report", file);

        await Should.ThrowAsync<Exception>(AllAsync(File("https://files.test/signed/report?sig=SECRET")));
    }

    [Theory]
    [InlineData("http://files.test/signed")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/signed")]
    [InlineData("https://user:pass@files.test/signed")]
    [InlineData("https://files.test:8443/signed")]
    [InlineData("https://files.test.evil.test/signed")]
    [InlineData("https://evilfiles.test/signed")]
    [InlineData("https://evil.test/files.test")]
    [InlineData("https://box-1.cdn.test.evil.test/signed")]
    [InlineData("https://169.254.169.254/signed")]
    [InlineData("http://vendor.test/signed")]
    [InlineData("https://vendor.test:8443/signed")]
    public void A_link_is_an_https_address_on_a_host_of_the_vendors(string address)
    {
        var rejected = Should.Throw<RejectedEventException>(() => VendorRequest.FromLink(_conversation, address));

        rejected.Cause.ShouldBe(RejectionCause.BrokenContract);
        rejected.Message.ShouldContain("is not an https address on a host that keeps the vendor's files");
    }

    [Theory]
    [InlineData("https://files.test/signed?sig=1")]
    [InlineData("https://eu.Files.test/signed?sig=1")]
    [InlineData("https://box-7a.cdn.test/signed?sig=1")]
    [InlineData("https://vendor.test/signed?sig=1")]
    public void A_link_may_lead_to_the_hosts_that_the_vendor_declares_and_to_its_own(string address) =>
        VendorRequest.FromLink(_conversation, address).Link.ShouldBe(new Uri(address));

    [Fact]
    public void A_vendor_that_declares_no_host_of_files_has_none_but_its_own()
    {
        var conversation = new Conversation(
            _bench.Account("orbit"), "orbit/acme", OrbitConnector.Protocol, VendorBench.Now);

        Should.Throw<RejectedEventException>(() => VendorRequest.FromLink(conversation, "https://files.test/signed"));
        VendorRequest.FromLink(conversation, "https://vendor.test/signed").Link.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Gone)]
    public async Task A_link_that_has_expired_is_asked_for_again_with_its_window_and_its_query_is_not_shown(
        HttpStatusCode status)
    {
        _vendor.On("/signed/report", """<Error><Code>AuthenticationFailed</Code></Error>""", status);

        var failure = await Should.ThrowAsync<TransientFailureException>(
            AllAsync(File("https://files.test/signed/report?sig=SECRET")));

        failure.Message.ShouldContain($"{(int)status} to GET https://files.test/signed/report:");
        failure.Message.ShouldContain("with a new link");
        failure.Message.ShouldNotContain("SECRET");
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Numbered_pages_whose_total_changes_or_is_not_what_came_are_read_again()
    {
        _vendor.On("/n", Page(pages: 2, total: 3, 1, 2)).On("/n", Page(pages: 2, total: 4, 3));
        (await Should.ThrowAsync<TransientFailureException>(AllAsync(Numbered()))).Message
            .ShouldContain("there were 3 of them, and now there are 4");

        _vendor.On("/n", Page(pages: 2, total: 3, 1, 2)).On("/n", Page(pages: 2, total: 3));
        (await Should.ThrowAsync<TransientFailureException>(AllAsync(Numbered()))).Message
            .ShouldContain("the vendor reports 3, but 2 arrived");

        _vendor.On("/n", Page(pages: 2, total: 3, 1, 1)).On("/n", Page(pages: 2, total: 3, 1));
        (await AllAsync(Numbered())).ShouldBe([1, 1, 1], "events may be alike");

        _vendor.On("/n", Page(pages: 1, total: 0));
        (await AllAsync(Numbered())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Numbered_pages_without_a_total_must_not_repeat_and_none_is_empty_but_the_last()
    {
        _vendor.On("/n", Page(pages: 3, total: 0, 1, 2)).On("/n", Page(pages: 3, total: 0, 1, 2));
        (await Should.ThrowAsync<TransientFailureException>(AllAsync(Numbered(hasTotal: false)))).Message
            .ShouldContain("page 2 repeats one before it");

        _vendor.On("/n", Page(pages: 3, total: 0));
        (await Should.ThrowAsync<RejectedEventException>(AllAsync(Numbered(hasTotal: false)))).Message
            .ShouldContain("page 1 of the rows is empty");
    }

    [Fact]
    public void An_organization_named_in_rows_must_stay_the_same()
    {
        _conversation.NoteOrganization("team-1", isId: true);
        _conversation.NoteOrganization("team-1", isId: true);

        _conversation.Organization.AddTo(OrganizationIds.None).ShouldBe(new OrganizationIds(null, "team-1"));
        Should.Throw<TransientFailureException>(() => _conversation.NoteOrganization("team-2", isId: true)).Message
            .ShouldContain("two organizations, team-1 and team-2");
    }

    [Fact]
    public async Task A_declared_limit_holds_across_windows_and_nobody_is_refused()
    {
        var clock = new WaitingClock();
        var line = new AccountLine("orbit/acme", new RequestLimit(2, TimeSpan.FromSeconds(60)), clock);
        var deadline = VendorBench.Now.AddMinutes(9);
        for (var i = 0; i < 2; i++)
        {
            line.Leave(Answered(await line.EnterAsync(deadline, Cancellation), clock));
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var third = line.EnterAsync(deadline, Cancellation).AsTask();
        var fourth = line.EnterAsync(deadline, Cancellation).AsTask();
        (third.IsCompleted, fourth.IsCompleted, line.Waiting).ShouldBe((false, false, 2));

        await clock.PassAsync(40);
        line.Leave(Answered(await third, clock));
        fourth.IsCompleted.ShouldBeFalse("the second request is a period old ten seconds later");

        await clock.PassAsync(10);
        line.Leave(Answered(await fourth, clock));

        var late = line.EnterAsync(clock.GetUtcNow().AddSeconds(5), Cancellation).AsTask();
        await clock.PassAsync(5);
        (await Should.ThrowAsync<TransientFailureException>(late)).Message
            .ShouldBe(
                "the vendor limits how fast orbit/acme may ask, and the request's turn did not come before the end of "
                    + "this attempt: nothing was sent.");
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static Action<RequestRate> Answered(RequestRate.Turn turn, FakeTimeProvider clock) =>
        rate => rate.Answer(turn, clock.GetUtcNow());

    private static string Page(int pages, int total, params IEnumerable<int> numbers) =>
        new StringBuilder("{\"items\":[")
        .AppendJoin(',', numbers.Select(number => $$"""{"n":{{number}}}"""))
        .Append(System.Globalization.CultureInfo.InvariantCulture, $"],\"pages\":{pages},\"total\":{total}}}")
        .ToString();

    private static async Task<List<long>> AllAsync(IAsyncEnumerable<Fields> rows)
    {
        var numbers = new List<long>();
        await foreach (var row in rows)
        {
            numbers.Add(row.GetInt64("n"));
        }

        return numbers;
    }

    private IAsyncEnumerable<Fields> Linked() =>
        new LinkedPages(Api).ReadAsync(_conversation, new VendorRequest("v1/items"), Items, "the items", Cancellation);

    private IAsyncEnumerable<Fields> File(string address) =>
        new LinkedPages(Api)
            .ReadLinesAsync(_conversation, VendorRequest.FromLink(_conversation, address), "the file", Cancellation);

    private IAsyncEnumerable<Fields> Numbered(bool hasTotal = true) => new NumberedPages(Api).ReadAsync(
        _conversation,
        new NumberedQuery(
            number => new VendorRequest($"n?page={number}"),
            new PageShape("items") { Counts = ["pages", "total"] },
            page => page.Number < page.Counts.GetInt64("pages"))
        {
            Total = hasTotal ? page => page.Counts.GetInt64("total") : null,
        },
        "the rows",
        Cancellation);

    private ValueTask KeepAsync(PagePart part, CancellationToken cancellationToken)
    {
        _bench.Kept.Add(KeptPart.Of(part));
        return ValueTask.CompletedTask;
    }
}
