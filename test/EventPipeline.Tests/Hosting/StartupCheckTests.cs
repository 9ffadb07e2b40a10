using EventPipeline.Google;
using EventPipeline.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Hosting;

/// <summary>A deployment with several wrong settings is told all of them, not one per attempt.</summary>
public sealed class StartupCheckTests
{
    [Theory]
    [InlineData("Runs:GapDays", "many")]
    [InlineData("BigQuery:MaximumBytesBilled", "much")]
    [InlineData("SecretManager:CacheFor", "a while")]
    [InlineData("Authentication:CertificatesAddress", "http://")]
    public async Task A_setting_that_cannot_be_read_does_not_hide_what_is_wrong_elsewhere(string name, string value)
    {
        var mistakes = await MistakesAsync(
            (name, value), ("BIGQUERY_DATASET", "no-hyphens"), ("PubSub:FetchTopic", "goog"));

        mistakes.ShouldContain(
            mistake =>
                mistake.Contains(name, StringComparison.Ordinal)
                    || mistake.Contains(name.Replace(":", "__", StringComparison.Ordinal), StringComparison.Ordinal));
        mistakes.ShouldContain(mistake => mistake.Contains("BIGQUERY_DATASET", StringComparison.Ordinal));
        mistakes.ShouldContain(mistake => mistake.Contains("FetchTopic", StringComparison.Ordinal));
        mistakes.ShouldContain(mistake => mistake.Contains("GOOGLE_CLOUD_PROJECT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_dataset_is_refused_under_the_settings_name() =>
        (await MistakesAsync(("BIGQUERY_DATASET", "")))
            .ShouldContain(mistake => mistake.Contains("BIGQUERY_DATASET", StringComparison.Ordinal));

    [Theory]
    [InlineData("BigQuery:Locaton", "BigQuery__Location")]
    [InlineData("Runs:Gap", "Runs__GapDays")]
    [InlineData("PubSub:FetchTopics", "PubSub__FetchTopic")]
    [InlineData("Authentication:Iap:Audence", "Authentication__Iap__Audience")]
    [InlineData("SecretManager:Cache", "SecretManager__CacheFor")]
    public async Task A_misspelt_setting_is_refused_with_the_nearest_one(string name, string nearest)
    {
        var mistakes = await MistakesAsync((name, "1"));

        var variable = name.Replace(":", "__", StringComparison.Ordinal);
        mistakes.ShouldContain($"{variable} is not a setting. Did you mean '{nearest}'?");
    }

    [Theory]
    [InlineData("Authentication:Iap", "Authentication__Iap is a section, not a value")]
    [InlineData(
        "Authentication:Operators:Principals", "Authentication__Operators__Principals is a section, not a value")]
    [InlineData("Runs:GapDays:Most", "Runs__GapDays is a value, not a section")]
    [InlineData("BigQuery:BaseAddress:Host", "BigQuery__BaseAddress is a value, not a section")]
    public async Task A_value_in_a_sections_place_and_a_section_in_a_values_are_refused(string name, string mistake) =>
        (await MistakesAsync((name, "1"))).ShouldContain(said => said.StartsWith(mistake, StringComparison.Ordinal));

    private static async Task<IReadOnlyList<string>> MistakesAsync(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)));
        builder.AddEventPipeline();
        builder.AddGoogle();
        await using var app = builder.Build();
        return Should.Throw<ConfigurationMistakesException>(() => StartupCheck.Run(app.Services, [])).Mistakes;
    }
}
