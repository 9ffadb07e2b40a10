using EventPipeline.Fetch;
using EventPipeline.Local.Broker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Broker;

public sealed class AckDeadlineTests
{
    [Theory]
    [InlineData(null, 570)]
    [InlineData("00:00:10", 9.5)]
    public void An_attempt_ends_before_its_push_is_abandoned(string? deadline, double seconds)
    {
        var settings = new Dictionary<string, string?> { ["Broker:AckDeadline"] = deadline };
        if (deadline is null)
        {
            settings.Clear();
        }

        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddBrokerOptions()
            .BuildServiceProvider();

        services.GetRequiredService<IOptions<AttemptOptions>>().Value.Limit.TotalSeconds.ShouldBe(seconds);
    }
}
