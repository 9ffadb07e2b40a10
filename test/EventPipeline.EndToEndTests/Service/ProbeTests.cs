using System.Globalization;
using EventPipeline.Benchmarks.Programs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The image's health check, as the program that the image has.</summary>
public sealed class ProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_needs_no_setting_of_the_service_and_no_proxy()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var service = builder.Build();
        service.Run(context => context.Response.WriteAsync("alive"));
        await service.StartAsync(TestContext.Current.CancellationToken);

        var probe = await ProbeAsync(new Uri(service.Urls.Single()).Port);

        probe.ShouldBe(new Finished(0, "", ""));
    }

    [Fact]
    public async Task Where_nothing_runs_it_ends_with_one_line_and_exit_code_1()
    {
        var probe = await ProbeAsync(FreePort.Next());

        (probe.ExitCode, probe.Output).ShouldBe((1, ""));
        probe.Error.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldContain("/liveness could not be reached: ");
    }

    private async Task<Finished> ProbeAsync(int port)
    {
        var settings = new Dictionary<string, string>
        {
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["HTTP_PROXY"] = "http://127.0.0.1:1",
        };
        await using var probe = LocalProcess.StartProgram("EventPipeline", folder.Path, settings, "probe");
        return new Finished(await probe.ExitAsync(), probe.Output, probe.Error);
    }
}
