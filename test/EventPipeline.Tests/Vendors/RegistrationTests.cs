using EventPipeline.Local.Service;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Other;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Vendors;

public sealed class RegistrationTests : IDisposable
{
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public RegistrationTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public void Every_connector_is_registered_under_its_name()
    {
        var written = typeof(IVendorConnector).Assembly.GetTypes()
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(IVendorConnector)));

        var registered = _bench.Services.GetServices<Vendor>().Select(vendor => _bench.Connector(vendor.Name)).ToList();

        registered.Select(connector => connector.GetType()).Append(typeof(OtherConnector))
            .ShouldBe(written, ignoreOrder: true);
        registered.Select(connector => connector.Vendor).ShouldBe(_bench.Services.GetServices<Vendor>());
    }

    [Fact]
    public void Every_vendor_has_its_page_of_documentation()
    {
        foreach (var vendor in _bench.Services.GetServices<Vendor>())
        {
            var page = Path.Combine(AppContext.BaseDirectory, "Vendors", vendor.Section, "README.md");
            File.Exists(page).ShouldBeTrue(page);
            var text = File.ReadAllText(page);
            vendor.Reports.ShouldAllBe(report => text.Contains($"`{report.Name}`", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_vendor_is_simulated_in_a_folder_of_its_own()
    {
        var known = SimulatedVendors.All.Where(simulated => simulated.Description is null)
            .Select(simulated => (simulated.Name, simulated.Section)).ToList();
        var written = SimulatedVendors.All
            .Select(simulated => simulated.Create(new SimulatorOptions(1, TimeProvider.System)).GetType().Namespace!)
            .Select(name => name[(name.LastIndexOf('.') + 1)..]).ToList();

        var folders = Directory.EnumerateDirectories(
            Path.Combine(Repository.Root.FullName, "src", "EventPipeline.Local", "Simulator"))
            .Select(folder => Path.GetFileName(folder));

        known.ShouldBe(
            _bench.Services.GetServices<Vendor>().Select(vendor => (vendor.Name, vendor.Section)), ignoreOrder: true);
        known.Select(vendor => vendor.Section).ShouldBeSubsetOf(folders);
        written.ShouldBeUnique("one vendor, one folder");
        written.ShouldBeSubsetOf(folders);
    }

    [Fact]
    public void A_vendor_that_the_settings_describe_is_simulated_as_its_shipped_description_reads_it()
    {
        var simulated = SimulatedVendors.All.Where(vendor => vendor.Description is not null).ToList();
        simulated.ShouldNotBeEmpty();
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(SimulatedSettings.Create(1, new Uri("http://127.0.0.1:9/")))
            .Build();

        var described = new OtherVendors(settings, []);

        described.Mistakes.ShouldBeEmpty();
        described.All.Select(vendor => (vendor.Vendor.Name, vendor.Vendor.Section))
            .ShouldBe(simulated.Select(vendor => (vendor.Name, vendor.Section)), ignoreOrder: true);
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vendors", "Other", "README.md"));
        foreach (var vendor in simulated)
        {
            var file = Path.GetFileName(vendor.Description)!;
            page.ShouldContain($"[`{file}`]({file})");
            File.ReadAllText(vendor.Description!).ShouldBe(
                File.ReadAllText(
                    Path.Combine(Repository.Root.FullName, "src", "EventPipeline", "Vendors", "Other", file)));
            var played = vendor.Create(new SimulatorOptions(1, TimeProvider.System));
            played.Accounts.SelectMany(played.Reports).Select(report => report.Name).Distinct()
                .ShouldBe(
                    described.All.Single(one => one.Vendor.Name == vendor.Name).Reports
                        .Select(report => report.Report.Name),
                    ignoreOrder: true);
        }
    }

    [Fact]
    public void Every_vendor_has_its_documented_answers_beside_its_tests()
    {
        foreach (var vendor in _bench.Services.GetServices<Vendor>())
        {
            var folder = Path.Combine(AppContext.BaseDirectory, "Vendors", vendor.Section, "answers");
            Directory.EnumerateFiles(folder, "*.json").ShouldNotBeEmpty(folder);
        }
    }

    [Fact]
    public void Terraform_knows_the_settings_of_every_vendor()
    {
        var sections = string.Join(
            ", ",
            _bench.Services.GetServices<Vendor>()
                .OrderBy(vendor => vendor.Name)
                .Select(vendor => $"{vendor.Name} = \"{vendor.Section}\""));

        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "infra", "locals.tf"))
            .ShouldContain($"sections = {{ {sections} }}");
    }

    [Fact]
    public void Terraform_knows_which_accounts_need_a_scope_and_which_kinds_there_are()
    {
        var scopes = string.Join(
            ", ",
            _bench.Services.GetServices<Vendor>()
                .Where(vendor => vendor.ScopeKinds.Count > 0)
                .OrderBy(vendor => vendor.Name)
                .Select(vendor => $"{vendor.Name} = [{string.Join(", ", vendor.ScopeKinds.Select(k => $"\"{k}\""))}]"));

        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "infra", "locals.tf"))
            .ShouldContain($"scope_kinds = {{ {scopes} }}");
    }

    [Fact]
    public void The_filter_of_the_subscription_for_all_other_vendors_fits_into_256_bytes()
    {
        var filter = string.Join(
            " AND ",
            _bench.Services.GetServices<Vendor>().Select(vendor => $"NOT attributes.ce-vendor = \"{vendor.Name}\""));

        filter.Length.ShouldBeLessThanOrEqualTo(256);
    }

    [Fact]
    public void The_reports_and_their_windows_are_as_documented()
    {
        var reports = _bench.Services.GetServices<Vendor>()
            .SelectMany(vendor => vendor.Reports.Select(report => (vendor.Name, report)))
            .ToDictionary(pair => $"{pair.Name}/{pair.report.Name}", pair => pair.report);

        reports.Count.ShouldBe(40);
        reports["anthropic/messages_usage"].ShouldBe(new Report("messages_usage", ReportKind.Daily, 31, 7));
        reports["anthropic/cost"].ShouldBe(new Report("cost", ReportKind.Daily, 31, 7));
        reports["anthropic/claude_code"].ShouldBe(new Report("claude_code", ReportKind.Daily, 31, 3));
        reports["anthropic/names"].ShouldBe(new Report("names", ReportKind.Snapshot, 1, 0));
        reports["anthropic/analytics_usage"].ShouldBe(
            new Report("analytics_usage", ReportKind.Daily, 31, 8) { Settles = Settles.AfterItsMonth });
        reports["anthropic/analytics_cost"].ShouldBe(
            new Report("analytics_cost", ReportKind.Daily, 31, 8) { Settles = Settles.AfterItsMonth });
        foreach (var name in (string[])["usage", "cost"])
        {
            reports[$"anthropic/enterprise_{name}"].ShouldBe(
                new Report($"enterprise_{name}", ReportKind.Daily, 31, 8) { Settles = Settles.AfterItsMonth });
        }

        reports["anthropic/user_activity"].ShouldBe(new Report("user_activity", ReportKind.Daily, 31, 7, 2));
        foreach (var name in (string[])["skill", "connector", "project", "plugin", "artifact", "organization"])
        {
            reports[$"anthropic/{name}_activity"].ShouldBe(new Report($"{name}_activity", ReportKind.Daily, 31, 7));
        }

        reports["cursor/daily_usage"].ShouldBe(new Report("daily_usage", ReportKind.Daily, 30, 3));
        reports["cursor/usage_events"].ShouldBe(new Report("usage_events", ReportKind.Daily, 30, 3));
        reports["cursor/spend"].ShouldBe(new Report("spend", ReportKind.Meter, 1, 0));
        reports["cursor/names"].ShouldBe(new Report("names", ReportKind.Snapshot, 1, 0));
        reports["openai/completions_usage"].ShouldBe(new Report("completions_usage", ReportKind.Daily, 31, 7, 2));
        reports["openai/cost"].ShouldBe(new Report("cost", ReportKind.Daily, 31, 7, 2));
    }

    /// <summary>What an account is read from tells its usage and its money once.</summary>
    [Fact]
    public void No_source_has_two_reports_of_which_one_takes_the_place_of_the_other()
    {
        foreach (var vendor in _bench.Services.GetServices<Vendor>())
        {
            vendor.Reports.Where(report => report.InsteadOf is not null)
                .ShouldAllBe(report => vendor.Reports.Any(other => other.Name == report.InsteadOf));
            vendor.Sources.SelectMany(source => source.Reports).Distinct().ShouldBe(
                vendor.Sources.Count == 0 ? [] : vendor.Reports.Select(report => report.Name), ignoreOrder: true);
            foreach (var source in vendor.Sources)
            {
                var account = _bench.Account(vendor.Name) with { Source = source.Name };
                vendor.ReportsOf(account).Select(report => report.InsteadOf ?? report.Name)
                    .ShouldBeUnique($"{vendor.Name} {source.Name}");
            }
        }
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }
}
