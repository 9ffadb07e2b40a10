using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using EventPipeline.Vendors.Accounts;

namespace EventPipeline.Commands;

/// <summary>
/// <c>people import | check | suggest</c>: says who owns users, keys, e-mail addresses, workspaces and accounts, and
/// what belongs to nobody. Exit codes: 0 done; 1 refused or not confirmed, with the reason; 2 an argument or a setting
/// is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class PeopleCommand
{
    private const int DefaultDays = 30;
    private const int MaxDays = 366;

    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="openVendors">Opens the settings that say whether e-mail addresses are hashed.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, OpenVendors openVendors, TimeProvider clock) =>
        new("people", "Says who owns users, keys, e-mail addresses, workspaces and accounts.")
        {
            WarehouseCommand.Dataset, Import(open, openVendors, clock), Check(open, clock), Suggest(open, clock),
        };

    private static Command Import(OpenWarehouse open, OpenVendors openVendors, TimeProvider clock)
    {
        var file = new Argument<FileInfo?>("FILE")
        {
            Description = $"A CSV file with the columns {People.PeopleList.Columns}; kind and id are needed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var table = new Option<string?>("--table")
        {
            Description = "A table or view with the same columns instead, e.g. of a Google Sheet: dataset.table or "
                + "project.dataset.table.",
            HelpName = "TABLE",
            Validators = { CheckTable },
        };
        var from = DayOption.Create(
            "--from",
            "The UTC day from which on a line is true that names none and changes what is known. Default: today.");
        var endMissing = new Option<bool>("--end-missing")
        {
            Description = "End the ownership of whatever the list does not name.",
        };
        var import = new Command(
            "import", "Records who owns what. Days before a change keep the owner that they had.")
        {
            file, table, from, endMissing, Consent.DryRun, Consent.Yes,
        };
        import.Validators.Add(result =>
        {
            if (result.GetValue(file) is null == string.IsNullOrEmpty(result.GetValue(table)))
            {
                result.AddError("Give a CSV file or --table, and not both.");
            }
        });
        import.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            async (warehouse, dataset) =>
            {
                await using var vendors = await openVendors(arguments, cancellationToken);
                var emails = await vendors.Services.GetRequiredService<EmailKey>().FindAsync(cancellationToken);
                return await new PeopleImport(warehouse, arguments.InvocationConfiguration, clock, emails).ExecuteAsync(
                    dataset,
                    arguments.GetValue(file),
                    arguments.GetValue(table),
                    arguments.GetValue(from) ?? clock.Today(),
                    arguments.GetValue(endMissing),
                    Consent.Read(arguments),
                    cancellationToken);
            },
            cancellationToken));
        return import;
    }

    private static Command Check(OpenWarehouse open, TimeProvider clock)
    {
        var days = new Option<int>("--days")
        {
            Description = $"How many closed days to look at, 1 to {MaxDays}.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultDays,
            CustomParser = ReadDays,
        };
        var check = new Command("check", "Says how much of what is billed belongs to somebody, and what does not.")
        {
            days,
        };
        check.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new PeopleCheck(warehouse, arguments.InvocationConfiguration.Output, clock)
                .ExecuteAsync(dataset, arguments.GetValue(days), cancellationToken),
            cancellationToken));
        return check;
    }

    private static Command Suggest(OpenWarehouse open, TimeProvider clock)
    {
        var suggest = new Command(
            "suggest",
            "Writes a list to import, from e-mail addresses and the names and makers of keys. Read it first.");
        suggest.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new PeopleSuggest(warehouse, arguments.InvocationConfiguration, clock)
                .ExecuteAsync(dataset, cancellationToken),
            cancellationToken));
        return suggest;
    }

    private static void CheckTable(OptionResult result)
    {
        if (result.Tokens is [var token] && !PeopleImport.IsTable(token.Value))
        {
            result.AddError(
                $"--table is '{Shown.Plain(token.Value, 80)}'; give dataset.table or project.dataset.table.");
        }
    }

    private static int ReadDays(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && days is >= 1 and <= MaxDays)
        {
            return days;
        }

        argument.AddError($"--days is '{Shown.Plain(text, 80)}': it takes a number from 1 to {MaxDays}.");
        return DefaultDays;
    }
}
