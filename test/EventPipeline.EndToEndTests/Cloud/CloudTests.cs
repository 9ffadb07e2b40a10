using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventPipeline.EndToEndTests.Deploy;
using EventPipeline.EndToEndTests.Service;
using EventPipeline.Messages;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>The promises of one machine, kept on Google's services; each test takes days of its own.</summary>
public sealed class CloudTests(CloudBench bench) : IClassFixture<CloudBench>
{
    /// <summary>Whose tokens the stand-in's metadata server makes.</summary>
    internal const string RuntimeEmail = "runtime@stand-in.iam.gserviceaccount.com";

    private static readonly string[] Reports = ["messages_usage", "cost", "claude_code", "completions_usage"];

    [Fact]
    public async Task Two_instances_that_get_every_message_at_once_and_in_any_order_load_it_once()
    {
        bench.Require();
        var (from, to) = (new DateOnly(2098, 3, 2), new DateOnly(2098, 3, 4));
        await using var one = await bench.StartServiceAsync();
        await using var other = await bench.StartServiceAsync();
        bench.Publishing.Shuffle(seed: 7);
        bench.Pushes.Open(one.Address, other.Address);

        var run = await one.EndAsync(await bench.TriggerAsync(new { from, to, reports = Reports }));

        run.Outcome.ShouldBe("completed");
        await bench.EveryMessageIsAcknowledgedAsync();
        await ShouldHaveTruthAsync(from, to);
        (await other.RunAsync(run.RunId)).Totals.ShouldBe(run.Totals);
        (await one.DeadLettersAsync()).ShouldBeEmpty();

        // The same messages once more, long after: nothing moves.
        foreach (var window in run.Windows)
        {
            var again = new FetchRequested(
                run.RunId, RunMode.Production, window.Vendor, window.Account, window.Report, window.From, window.To);
            await bench.PublishAsync(
                "eventpipeline-fetch",
                again,
                ("ce-specversion", "1.0"),
                ("ce-id", $"{run.RunId}.again"),
                ("ce-source", "//test"),
                ("ce-type", FetchRequested.EventType),
                ("content-type", "application/json"));
        }

        await bench.EveryMessageIsAcknowledgedAsync();
        await ShouldHaveTruthAsync(from, to);
        (await one.RunAsync(run.RunId)).Totals.ShouldBe(run.Totals);
        bench.Pushes.Close();
    }

    [Fact]
    public async Task BigQuery_that_answers_with_errors_all_day_loads_everything_once()
    {
        bench.Require();
        var (from, to) = (new DateOnly(2098, 3, 9), new DateOnly(2098, 3, 10));
        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        foreach (var (operation, when, action, status, reason) in ((string, string, string, int, string)[])
        [
            ("jobs.upload.start", "before", "status", 503, "backendError"),
            ("jobs.upload.finish", "after", "drop", 0, ""),
            ("jobs.upload.finish", "before", "status", 500, "internalError"),
            ("jobs.insert", "after", "drop", 0, ""),
            ("jobs.insert", "before", "status", 403, "rateLimitExceeded"),
            ("jobs.query", "before", "status", 503, "backendError"),
            ("jobs.get", "before", "status", 500, "internalError"),
            ("job.run", "before", "status", 0, "backendError"),
        ])
        {
            await bench.Google.FaultAsync(
                operation, action, when: when, status: status, reason: reason, skip: 2, times: 2);
        }

        var run = await service.EndAsync(await bench.TriggerAsync(new { from, to, reports = Reports }));

        run.Outcome.ShouldBe("completed");
        await bench.Google.MendAsync();
        await bench.EveryMessageIsAcknowledgedAsync();
        await ShouldHaveTruthAsync(from, to);
        bench.Pushes.Close();
    }

    [Fact]
    public async Task A_window_whose_table_has_no_loads_left_today_waits_and_a_later_run_goes_on_with_it()
    {
        bench.Require();
        var window = new Window("openai", "SIMULATED-acme", "cost", new(2098, 3, 16), new(2098, 3, 16));
        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        await bench.Google.FaultAsync(
            "job.run",
            "status",
            "cost_versions",
            reason: "quotaExceeded",
            message: "Quota exceeded: Your table exceeded quota for imports or query appends per table.");

        var met = await bench.TriggerAsync(Request(window));
        (await service.WaitingAsync(met)).Windows.Single(planned => planned.From == window.From).State
            .ShouldBe("waiting"); // Days that other tests have read may be read again.
        (
            await bench.QueryAsync(
                $"SELECT reason FROM run_events WHERE run_id = '{met}' AND event = 'window_waiting'"))
            .ShouldHaveSingleItem()[0].GetString().ShouldNotBeNull().ShouldContain("1,500");
        await bench.EveryMessageIsAcknowledgedAsync();

        await bench.TriggerAsync(Request(window));

        (await service.EndAsync(met)).Outcome.ShouldBe("completed");
        await bench.EveryMessageIsAcknowledgedAsync();
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        bench.Pushes.Close();
    }

    [Fact]
    public async Task A_key_that_was_rotated_is_read_again_without_a_restart()
    {
        bench.Require();
        var window = new Window("openai", "SIMULATED-acme", "cost", new(2098, 3, 23), new(2098, 3, 23));
        var account = bench.Vendors.Accounts.Single(one => (one.Vendor, one.Name) == (window.Vendor, window.Account));
        await bench.Google.AddSecretAsync(bench.Project, "openai-rotated", "sk-admin-expired-0123456789");
        await using var service = await bench.StartServiceAsync(
            ("Vendors__OpenAI__Accounts__0__Secret", $"projects/{bench.Project}/secrets/openai-rotated"),
            ("Vendors__OpenAI__Accounts__0__Name", account.Name));
        bench.Pushes.Open(service.Address);
        var refused = await service.EndAsync(await bench.TriggerAsync(Request(window)));
        refused.Windows.ShouldHaveSingleItem().State.ShouldBe("rejected");
        var letter = (await Poll.ForAsync("the dead letter is stored", async () =>
            await service.DeadLettersAsync() is { Count: > 0 } letters ? letters : null)).ShouldHaveSingleItem();

        await bench.Google.AddSecretAsync(bench.Project, "openai-rotated", account.Key);
        await service.ReplayAsync(letter.GetProperty("id").GetString()!);

        await Poll.UntilAsync(
            "the run is completed after all",
            async () => (await service.RunAsync(refused.RunId)).Outcome == "completed");
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        bench.Pushes.Close();
    }

    [Fact]
    public async Task Stopped_in_the_middle_of_a_load_it_ends_within_its_time_and_another_instance_completes_the_run()
    {
        bench.Require();
        var window = new Window("anthropic", "SIMULATED-acme", "claude_code", new(2098, 4, 6), new(2098, 4, 8));
        string runId;
        await using (var service = await bench.StartServiceAsync())
        {
            bench.Pushes.Open(service.Address);
            var fault = await bench.Google.FaultAsync("job.run", "hold", "activity_versions");
            runId = await bench.TriggerAsync(Request(window));
            await Poll.UntilAsync("the load runs", async () => await bench.Google.HitsAsync(fault) > 0);
            bench.Pushes.Close();

            // SIGKILL comes ten seconds after: by then it is gone, and what was in flight is handed back.
            (await service.TerminateAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken))
                .ShouldBe(0);
        }

        await bench.Google.MendAsync();
        await using var next = await bench.StartServiceAsync();
        bench.Pushes.Open(next.Address);
        (await next.EndAsync(runId)).Outcome.ShouldBe("completed");
        await bench.EveryMessageIsAcknowledgedAsync();
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        bench.Pushes.Close();
    }

    [Fact]
    public async Task Nobody_but_the_push_identity_can_push_and_nobody_but_operators_can_ask()
    {
        bench.Require();
        await using var service = await bench.StartServiceAsync();
        using var stranger = new HttpClient(
            new SocketsHttpHandler { UseProxy = false }) { BaseAddress = service.Address };

        (await StatusAsync(stranger, HttpMethod.Post, "events/run-requested")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(stranger, HttpMethod.Post, "")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(stranger, HttpMethod.Get, "runs")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(stranger, HttpMethod.Get, "liveness")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(stranger, HttpMethod.Get, "health")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(service.Http, HttpMethod.Get, "runs")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(service.Http, HttpMethod.Post, "events/run-requested")).ShouldBe(HttpStatusCode.Forbidden);

        await bench.Google.RotateKeyAsync();
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", await bench.OperatorTokenAsync());
        (await StatusAsync(stranger, HttpMethod.Get, "runs"))
            .ShouldBe(HttpStatusCode.OK, "A token signed with the new key.");
        await bench.RenewTokensAsync();
    }

    [Fact]
    public async Task The_first_deployment_builds_the_checkout_and_the_service_takes_all_that_it_is_tried_with()
    {
        bench.Require();

        // A deployment asks for a day of this week, and the simulation's today is in another century: OpenRouter serves
        // a month, and refuses it.
        await using var service = await bench.StartServiceAsync(
            account => account.Vendor != "openrouter",
            ("Authentication__Push__Audience", CloudRunService.Audience),
            ("Authentication__Push__Email", CloudRunService.PushIdentity),
            ("Authentication__Operators__Audience", CloudRunService.Audience),
            ("Authentication__Operators__Principals__0", CloudRunService.OperatorIdentity));
        await using var deployment = await DeployBench.StartAsync(CloudRunService.Placeholder());
        deployment.Cloud.IdToken = (email, audience) => bench.Google.TokenAsync(new Dictionary<string, object?>
        {
            ["email"] = email,
            ["aud"] = audience,
        });
        using var frontEnd = new FrontEnd(service.Address);
        deployment.Cloud.Next = frontEnd.HandOnAsync;
        var checkout = await Checkout.CreateAsync(deployment.Folder);

        var deployed = await DeployBench.EndAsync(deployment.Start(checkout.Script, checkout.Settings));

        deployed.ExitCode.ShouldBe(0, deployed.Error);
        var image = $"us-central1-docker.pkg.dev/my-project/eventpipeline/eventpipeline:{checkout.Commit}";
        checkout.Docker.ShouldBe(
        [
            $"build --platform=linux/amd64 --build-arg REVISION={checkout.Commit} --tag {image} {checkout.Folder}",
            "login --username=oauth2accesstoken --password-stdin https://us-central1-docker.pkg.dev < "
                + $"{CloudRunAdmin.AccessToken}",
            $"push {image}",
        ]);
        deployment.Service.Container["image"]!.GetValue<string>().ShouldBe(image);
        (deployment.Service.Container["command"], deployment.Service.Container["args"])
            .ShouldBe((null, null), "The placeholder's are gone.");
        deployment.Service.History.Distinct()
            .ShouldBe([$"{CloudRunService.FirstRevision}=100", $"{deployment.Service.Newest}=100"]);
        deployment.Service.Tags.ShouldBe([$"previous={CloudRunService.FirstRevision}"]);
        foreach (var account in bench.Vendors.Accounts.Where(account => account.Vendor != "openrouter"))
        {
            deployed.Output.ShouldContain($"  {account.Vendor}/{account.Name} ");
        }
    }

    private static object Request(Window window) => new
    {
        from = window.From,
        to = window.To,
        vendors = new[] { window.Vendor },
        accounts = new[] { window.Account },
        reports = new[] { window.Report },
    };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    [Fact]
    public async Task Two_accounts_are_shown_as_one_and_as_two_again_by_a_command()
    {
        bench.Require();
        var day = bench.NextDays(1);
        await using var service = await bench.StartServiceAsync();
        bench.Pushes.Open(service.Address);
        (
            await service.EndAsync(
                await bench.TriggerAsync(
                    new { from = day, to = day, reports = new[] { "cost" }, vendors = new[] { "anthropic" } }))).Outcome
            .ShouldBe("completed");
        bench.Pushes.Close();
        var sums =
            "SELECT account_id, SUM(amount_usd) AS usd FROM daily_cost WHERE vendor = 'anthropic' AND usage_date = "
                + $"'{day:yyyy-MM-dd}' GROUP BY account_id ORDER BY 1";
        var before = await bench.QueryAsync(sums);
        var ids = before.Select(row => row[0].GetString()!).ToList();
        ids.Count.ShouldBe(2);

        (await bench.CommandAsync("accounts", "list")).Output.ShouldContain(ids[0]);
        var merged = await bench.CommandAsync(
            "accounts", "merge", "--vendor", "anthropic", "--from", ids[0], "--into", ids[1], "--yes");

        merged.ExitCode.ShouldBe(0, merged.Output + merged.Error);
        (await bench.QueryAsync(sums)).ShouldHaveSingleItem()[0].GetString().ShouldBe(ids[1]);
        (
            await bench.CommandAsync(
                "accounts", "merge", "--vendor", "anthropic", "--from", ids[0], "--into", ids[0], "--yes")).ExitCode
            .ShouldBe(0);
        (await bench.QueryAsync(sums)).Select(row => row.GetRawText()).ShouldBe(before.Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task A_run_is_listed_and_cancelled_from_a_terminal_with_the_credential_that_is_around()
    {
        bench.Require();
        await using var service = await bench.StartServiceAsync(
            ("Authentication__Operators__Principals__1", RuntimeEmail));
        string[] where = ["--service", service.Address.AbsoluteUri, "--audience", CloudBench.Audience];
        using var asked = await service.Http.PostAsJsonAsync(
            "run-daily-job", new { vendors = new[] { "openai" } }, TestContext.Current.CancellationToken);
        var runId = asked.Headers.Location!.OriginalString.Split('/')[^1];

        var list = await bench.CommandAsync(["runs", "list", "--json", "--limit", "1", .. where]);
        list.ExitCode.ShouldBe(0, list.Error);
        var run = JsonElement.Parse(list.Output).EnumerateArray().ShouldHaveSingleItem();
        (run.GetProperty("runId").GetString(), run.GetProperty("state").GetString()).ShouldBe((runId, "running"));
        var cancelled = await bench.CommandAsync(["runs", "cancel", runId, "--yes", .. where]);
        cancelled.ExitCode.ShouldBe(0, cancelled.Error);

        bench.Pushes.Open(service.Address);
        await bench.EveryMessageIsAcknowledgedAsync();
        bench.Pushes.Close();
        var shown = await bench.CommandAsync(["runs", "show", runId, .. where]);
        shown.Output.ShouldStartWith($"Run {runId}, production: cancelled, 0 of 0 windows");
        shown.Output.ShouldContain($"Cancelled by {RuntimeEmail}.");

        var stranger = await bench.CommandAsync(
            "runs", "list", "--service", service.Address.AbsoluteUri, "--audience", "somebody-else");
        stranger.ExitCode.ShouldBe(3);
        stranger.Error.ShouldContain("does not let you in");
    }

    private async Task ShouldHaveTruthAsync(DateOnly from, DateOnly to)
    {
        foreach (var account in bench.Vendors.Accounts)
        {
            foreach (var report in
                account.Reports.Select(report => Views.ReportName(account.Vendor, report)).Where(Reports.Contains))
            {
                await bench.ShouldHaveTruthAsync(
                    bench.Vendors, new Window(account.Vendor, account.Name, report, from, to));
            }
        }
    }
}
