using EventPipeline.Google;
using EventPipeline.Google.BigQuery;
using EventPipeline.Google.PubSub;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Google.BigQuery;

public sealed class BigQueryOptionsTests
{
    [Fact]
    public void A_project_is_all_that_has_to_be_said()
    {
        var options = Read(("GOOGLE_CLOUD_PROJECT", "my-project"));

        options.ProjectId.ShouldBe("my-project");
        options.BaseAddress.ShouldBe(new Uri("https://bigquery.googleapis.com/"));
        options.Location.ShouldBe("US");
        options.MaximumBytesBilled.ShouldBe(107_374_182_400);
    }

    [Fact]
    public void The_services_own_settings_win()
    {
        var options = Read(
            ("GOOGLE_CLOUD_PROJECT", "my-project"), ("BigQuery:ProjectId", "other"),
            ("BIGQUERY_EMULATOR_HOST", "127.0.0.1:9050"), ("BigQuery:BaseAddress", "http://127.0.0.1:9999"));

        options.ProjectId.ShouldBe("other");
        options.BaseAddress.ShouldBe(new Uri("http://127.0.0.1:9999/"));
    }

    [Theory]
    [InlineData("GOOGLE_CLOUD_PROJECT", "", "GOOGLE_CLOUD_PROJECT")]
    [InlineData("GOOGLE_CLOUD_PROJECT", "my`project", "GOOGLE_CLOUD_PROJECT")]
    [InlineData("BigQuery:ProjectId", "a/b", "BigQuery__ProjectId")]
    [InlineData("BigQuery:Location", "", "BigQuery__Location")]
    [InlineData("BigQuery:Location", "in the EU", "BigQuery__Location")]
    [InlineData("BigQuery:MaximumBytesBilled", "0", "BigQuery__MaximumBytesBilled")]
    [InlineData("BigQuery:BaseAddress", "bigquery.googleapis.com", "BigQuery__BaseAddress")]
    [InlineData("BigQuery:BaseAddress", "ftp://bigquery", "BigQuery__BaseAddress")]
    [InlineData("BIGQUERY_EMULATOR_HOST", "no host:x", "BIGQUERY_EMULATOR_HOST")]
    public void A_setting_that_cannot_be_right_is_refused_by_name(string name, string value, string told)
    {
        var refused = Should.Throw<OptionsValidationException>(
            () => Read([("GOOGLE_CLOUD_PROJECT", "my-project"), (name, value)]));

        refused.Message.ShouldContain(told);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("my-project", true)]
    public void On_Google_the_topics_project_has_to_be_named(string project, bool taken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(
            [KeyValuePair.Create<string, string?>("GOOGLE_CLOUD_PROJECT", project)]);
        builder.Services.AddPubSub();
        builder.AddGoogle();
        using var services = builder.Services.BuildServiceProvider();

        var read = () => services.GetRequiredService<IOptions<PubSubOptions>>().Value.ProjectId;

        if (taken)
        {
            read().ShouldBe(project);
        }
        else
        {
            Should.Throw<OptionsValidationException>(read).Message.ShouldContain("GOOGLE_CLOUD_PROJECT");
        }
    }

    private static BigQueryOptions Read(params (string, string?)[] settings)
    {
        using var services = BigQueryServer.Services(
            TimeProvider.System, [.. settings.GroupBy(s => s.Item1).Select(group => group.Last())]);
        return services.GetRequiredService<IOptions<BigQueryOptions>>().Value;
    }
}
