using System.Net;
using System.Text;
using System.Text.Json;
using EventPipeline.Google.SecretManager;
using EventPipeline.Tests.Google;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Service;

/// <summary>Plants keys, lets vendors shout them back, and searches everything that was written.</summary>
[Collection(nameof(MetadataServer))]
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class CanaryTests
{
    private const string Environments = "Canary-1+/=&%<\"'\\~{env}";
    private const string Managed = "sk-ant-admin01-Canary-2+/=&%<\"'\\~{manager}";
    private const string Rotated = "sk-ant-admin01-Canary-3+/=&%<\"'\\~{rotated}";
    private const string Version = "projects/acme/secrets/anthropic/versions/latest";
    private static readonly DateOnly Day = new(2025, 1, 1);
    private static readonly string[] Canaries = [Environments, Managed, Rotated];

    [Fact]
    public async Task No_key_is_in_anything_that_the_service_wrote()
    {
        await using var secrets = await SecretServer.StartAsync();
        using var metadata = new MetadataServer(secrets.Address);
        secrets.Keys[Version] = Managed;
        await using var host = await ServiceHost.StartAsync(
            accounts: [("OpenAI", "acme", Environments)], configure: builder => Google(builder, secrets));
        var answers = new StringBuilder();
        host.Vendor.On("/v1/organizations/me", Guarded(() => secrets.Keys[Version], $$"""{"id":"{{ServiceHost.Organization}}","name":"Acme","type":"organization"}"""));
        host.Vendor.On(CostRows.Path, Guarded(() => secrets.Keys[Version], null));

        // It succeeds, is rotated under way, is refused in every spelling, fails for a while, and its secret goes away.
        (await host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("loaded");
        secrets.Keys[Version] = Rotated;
        (await host.WindowAsync("anthropic", "cost", Day.AddDays(1))).State.ShouldBe("loaded");
        foreach (
            var (status, number) in new[] { 400, 401, 403, 404, 302, 200, 503 }
                .Select((status, number) => (status, number)))
        {
            host.Vendor.On(CostRows.Path, Echo(status));
            host.Vendor.On("/v1/organization/costs", Echo(status));
            answers.Append((await host.WindowAsync("anthropic", "cost", Day.AddDays(number + 2))).State);
            answers.Append((await host.WindowAsync("openai", "cost", Day.AddDays(number + 2))).State);
        }

        // And it is shouted within an answer that is otherwise right: as a line, as a field's name, and as a value that
        // nobody knows.
        host.Vendor.On(
            CostRows.Path, context => VendorServer.WriteAsync(context, VendorServer.Buckets(context.Request.Query, _ =>
            $$"""{"amount":"100","currency":"USD",{{Shouts(context)}}}"""), 200));
        host.Vendor.On(
            "/v1/organization/costs", context => VendorServer.WriteAsync(
                context, VendorServer.Buckets(context.Request.Query, _ =>
            $$"""{"amount":{"value":1,"currency":"usd"},{{Shouts(context)}}}"""), 200));
        (await host.WindowAsync("anthropic", "cost", Day.AddDays(18))).State.ShouldBe("loaded");
        (await host.WindowAsync("openai", "cost", Day.AddDays(18))).State.ShouldBe("loaded");

        secrets.Keys.Clear();
        host.Vendor.On(CostRows.Path, Echo(401));
        var last = await host.RunAsync("anthropic", "cost", Day.AddDays(20), Day.AddDays(20));
        foreach (var path in new[]
        {
            "status", "runs", $"runs/{last.RunId}", "slices", "vendors", "dead-letters?limit=100", "health",
            "openapi/v1.json", "nowhere",
        })
        {
            using var answer = await host.Http.GetAsync(
                new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            answers.AppendLine(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        foreach (var letter in (await host.GetAsync("dead-letters?limit=100")).EnumerateArray().ToList())
        {
            answers.AppendLine(
                (await host.GetAsync($"dead-letters/{letter.GetProperty("id").GetString()}")).GetRawText());
        }

        var rows = new StringBuilder();
        foreach (var table in new[] { "run_events", "dead_letter", "raw_page", "slice_versions", "cost_versions" })
        {
            (await host.CountAsync(table)).ShouldBePositive(table);
            rows.AppendJoin(
                '\n', (await host.AskAsync($"SELECT CAST(t AS VARCHAR) FROM {table} t")).Select(row => row.Single()));
        }

        var log = string.Join('\n', host.Log.All);
        log.ShouldContain("x-api-key", Case.Insensitive, "The log must be at its most talkative.");
        answers.ToString().ShouldContain("projects/acme/secrets/anthropic");
        rows.ToString().ShouldContain("the vendor answered 401");
        foreach (var (name, text) in new[]
        {
            ("log", log), ("answers", answers.ToString()), ("tables", rows.ToString()),
        })
        {
            foreach (var spelling in Canaries.SelectMany(Spellings).Append("SignedCanary"))
            {
                text.Contains(spelling, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"{name} hold {spelling}");
            }
        }
    }

    [Fact]
    public async Task A_rotated_key_needs_no_restart_and_a_refused_one_that_was_not_stays_refused()
    {
        await using var secrets = await SecretServer.StartAsync();
        using var metadata = new MetadataServer(secrets.Address);
        secrets.Keys[Version] = Managed;
        await using var host = await ServiceHost.StartAsync(
            accounts: [], configure: builder => Google(builder, secrets));
        var keys = new List<string>();
        var accepted = Managed;
        host.Vendor.On("/v1/organizations/me", Guarded(() => accepted, $$"""{"id":"{{ServiceHost.Organization}}","name":"Acme","type":"organization"}"""));
        host.Vendor.On(CostRows.Path, context =>
        {
            keys.Add(context.Request.Headers["x-api-key"].ToString());
            return Guarded(() => accepted, null)(context);
        });
        (await host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("loaded");

        (accepted, secrets.Keys[Version]) = (Rotated, Rotated);
        (await host.WindowAsync("anthropic", "cost", Day.AddDays(1))).State.ShouldBe("loaded");
        accepted = "another";
        (await host.WindowAsync("anthropic", "cost", Day.AddDays(2))).State.ShouldBe("rejected");

        keys.ShouldBe([Managed, Managed, Rotated, Rotated]);
        secrets.Asked.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_key_of_another_organisation_never_fills_the_account_of_the_one_before()
    {
        await using var secrets = await SecretServer.StartAsync();
        using var metadata = new MetadataServer(secrets.Address);
        secrets.Keys[Version] = Managed;
        await using var host = await ServiceHost.StartAsync(
            accounts: [], configure: builder => Google(builder, secrets));
        var (accepted, id, cents) = (Managed, "org-before", "100");
        host.Vendor.On("/v1/organizations/me", context => Guarded(() => accepted, $$"""{"id":"{{id}}","name":"Acme","type":"organization"}""")(context));
        host.Vendor.On(CostRows.Path, context => Guarded(
            () => accepted, VendorServer.Buckets(context.Request.Query, _ => CostRows.Row(cents)))(context));
        (await host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("loaded");

        // The window is begun with the key that is known, refused in the middle, and goes on with the other.
        (secrets.Keys[Version], accepted, id, cents) = (Rotated, Rotated, "org-after", "700");
        var refused = await host.WindowAsync("anthropic", "cost", Day.AddDays(1));

        refused.State.ShouldBe("rejected");
        refused.Reason.ShouldNotBeNull()
            .ShouldContain(
                "anthropic/acme answers as the organisation 'org-after'; the rows loaded so far belong to "
                    + "'org-before'");
        (await host.AskAsync("SELECT account_id, amount_usd FROM cost ORDER BY usage_date"))
            .ShouldBe([["org-before", 1m]]);
    }

    [Fact]
    public async Task A_missing_secret_is_a_dead_letter_that_names_it_and_makes_the_service_unhealthy()
    {
        await using var secrets = await SecretServer.StartAsync();
        using var metadata = new MetadataServer(secrets.Address);
        await using var host = await ServiceHost.StartAsync(
            accounts: [], configure: builder => Google(builder, secrets));

        var health = await host.GetAsync("health", HttpStatusCode.ServiceUnavailable);
        var run = await host.RunAsync("anthropic", "cost", Day, Day);

        health.GetProperty("components")
            .EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "secrets")
            .GetProperty("state").GetString().ShouldBe("down");
        health.GetRawText().ShouldNotContain("projects/");
        var letter = (await host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem().GetRawText();
        letter.ShouldContain(Version);
        letter.ShouldContain("anthropic/acme");
        letter.ShouldContain("gcloud secrets versions add anthropic");
        letter.ShouldContain("credential");
        run.State.ShouldBe("failed");

        secrets.Keys[Version] = Managed;
        (await host.GetAsync("health")).GetProperty("components").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "secrets")
            .GetProperty("state")
            .GetString()
            .ShouldBe("healthy");
    }

    private static void Google(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder, SecretServer secrets)
    {
        builder.Services.AddSecretManager();
        builder.Configuration["SecretManager:BaseAddress"] = secrets.Address.AbsoluteUri;
        builder.Configuration["Vendors:Anthropic:BaseAddress"] = builder.Configuration["Test:Vendor"];
        builder.Configuration["Vendors:Anthropic:Accounts:0:Name"] = "acme";
        builder.Configuration["Vendors:Anthropic:Accounts:0:Secret"] = "projects/acme/secrets/anthropic";
    }

    /// <summary>Answers only to the right key.</summary>
    private static Func<HttpContext, Task> Guarded(Func<string> key, string? body) => context =>
        context.Request.Headers["x-api-key"] == key()
            ? VendorServer.WriteAsync(context, body ?? VendorServer.Buckets(context.Request.Query, CostRows.Of), 200)
            : Echo(401)(context);

    /// <summary>Gives the key back in every way there is.</summary>
    private static Func<HttpContext, Task> Echo(int status) => context =>
    {
        var key = KeyOf(context);
        foreach (var header in new[] { "request-id", "x-request-id", "x-echo", "set-cookie", "www-authenticate" })
        {
            context.Response.Headers[header] = $"{key} {Uri.EscapeDataString(key)}";
        }

        context.Response.Headers.Location =
            $"https://SignedCanary:x@elsewhere.test/{Uri.EscapeDataString(key)}?X-Amz-Signature=SignedCanary#access_token=SignedCanary";
        var shouts = string.Join(' ', Spellings(key));
        return VendorServer.WriteAsync(
            context,
            status == 404 ? $"<html>{shouts}" : status == 200 ? $"[{JsonSerializer.Serialize(shouts)}]"
                : JsonSerializer.Serialize(new
                {
                    error = new { type = key, code = Uri.EscapeDataString(key), message = $"Bad key: {shouts}" },
                }),
            status);
    };

    private static string KeyOf(HttpContext context) =>
        context.Request.Headers["x-api-key"].FirstOrDefault()
            ?? context.Request.Headers.Authorization.ToString()["Bearer ".Length..];

    private static string Shouts(HttpContext context)
    {
        var shouts = JsonSerializer.Serialize(string.Join(' ', Spellings(KeyOf(context))));
        return $$"""
            "description":{{shouts}},"line_item":{{shouts}},"model":{{shouts}},{{shouts}}:1,"unknown":{"deep":[{{shouts}}]}
            """;
    }

    private static IEnumerable<string> Spellings(string key) => new[]
    {
        key,
        Uri.EscapeDataString(key),
        WebUtility.UrlEncode(key),
        WebUtility.HtmlEncode(key),
        JsonSerializer.Serialize(key).Trim('"'),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {key}")),
    }.Distinct();
}
