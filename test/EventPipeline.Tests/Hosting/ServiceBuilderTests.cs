using EventPipeline.Hosting;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Hosting;

/// <summary>Where a program's settings come from.</summary>
public sealed class ServiceBuilderTests
{
    [Fact]
    public void Files_of_settings_are_read_once_and_not_watched()
    {
        var builder = ServiceBuilder.Create(typeof(ServiceBuilderTests), "testing");

        var files = ((IConfigurationBuilder)builder.Configuration).Sources.OfType<FileConfigurationSource>().ToList();

        files.Select(file => file.Path).ShouldBe(["appsettings.json", "appsettings.testing.json"]);
        files.ShouldAllBe(file => file.Optional && !file.ReloadOnChange);
        builder.Environment.ContentRootPath.TrimEnd('/').ShouldBe(Environment.CurrentDirectory.TrimEnd('/'));
    }
}
