using System.CommandLine;
using System.Globalization;
using EventPipeline.Commands;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Sql;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Commands;

/// <summary><c>people import</c> where e-mail addresses are hashed.</summary>
public sealed class HashedPeopleTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private const string List = "vendor,kind,id,person,name,team,manager\n"
        + ",email,Ada@Example.com,ada@example.com,Ada <ada@example.com>,Research,bob@example.com\n"
        + "anthropic,user,ada@example.com,ada,,Research,\n";

    private static readonly EmailHash Hash = new("0123456789abcdef0123456789abcdef");

    private readonly TemporaryFolder _folder = new();
    private readonly Facts _facts = new(file);

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await file.EmptyAsync();
    }

    [Fact]
    public async Task Every_address_of_the_list_is_hashed_and_its_owner_is_found()
    {
        await HashedSliceAsync();
        await _facts.InsertAsync(
            "cost_versions",
            ("load_id", "c"),
            ("row_key", "k"),
            ("actor_type", "user"),
            ("actor_id", Hash.Replace("ada@example.com")),
            ("amount_usd", 5m));

        (await ImportAsync(Hash)).ExitCode.ShouldBe(0);

        (await _facts.AskAsync("SELECT * FROM person")).SelectMany(row => row).OfType<string>()
            .ShouldAllBe(text => !text.Contains('@'));
        (await _facts.AskAsync("SELECT person, name, manager FROM person WHERE kind = 'email'")).ShouldHaveSingleItem()
            .ShouldBe(
            [
                Hash.Replace("ada@example.com"), $"Ada <{Hash.Replace("ada@example.com")}>",
                Hash.Replace("bob@example.com"),
            ]);
        (await _facts.ValueAsync("SELECT team FROM attributed_cost WHERE usage_date = '2026-11-16'"))
            .ShouldBe("Research");
    }

    [Fact]
    public async Task A_suggested_hash_is_imported_as_it_stands()
    {
        var hashed = Hash.Replace("ada@example.com");

        (await ImportAsync(Hash, $"kind,id,team\nemail,{hashed},Research\n")).ExitCode.ShouldBe(0);

        (await _facts.ValueAsync("SELECT id FROM person")).ShouldBe(hashed);
    }

    [Fact]
    public async Task Without_the_key_a_list_for_hashed_addresses_is_refused()
    {
        await HashedSliceAsync();

        var import = await ImportAsync(null);

        import.ExitCode.ShouldBe(1);
        import.Error.ShouldStartWith("Nothing was imported: the e-mail addresses in ai_usage_analytics are hashed.");
        (await _facts.AskAsync("SELECT * FROM person")).ShouldBeEmpty();
    }

    private Task HashedSliceAsync() => _facts.CommitAsync("c", Facts.Morning(1), ("grain", "line.v1+hashed_emails"));

    private async Task<(int ExitCode, string Error)> ImportAsync(EmailHash? emails, string list = List)
    {
        var path = Path.Combine(_folder.Path, "people.csv");
        await File.WriteAllTextAsync(path, list, TestContext.Current.CancellationToken);
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var console = new InvocationConfiguration { Output = output, Error = error };
        var command = new Command("import") { Consent.Yes };
        var exitCode = await new PeopleImport(
            file.Warehouse, console, new FakeTimeProvider(Facts.Morning(2)), emails).ExecuteAsync(
            WarehouseFixture.Dataset,
            new FileInfo(path),
            table: null,
            Facts.Day.AddDays(-30),
            endMissing: false,
            Consent.Read(command.Parse(["--yes"])),
            TestContext.Current.CancellationToken);
        return (exitCode, error.ToString());
    }
}
