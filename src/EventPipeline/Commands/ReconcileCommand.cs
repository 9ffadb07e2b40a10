using System.CommandLine;
using System.CommandLine.Parsing;
using EventPipeline.Reconciliation;

namespace EventPipeline.Commands;

/// <summary>
/// <c>reconcile</c>: compares what the views show with what the vendors say, or explains a bill. Exit codes: 0 all that
/// has settled agrees, or the bill is explained to the cent; 1 something differs, is not loaded or was refused, or a
/// part of the bill is unexplained; 2 an argument or a setting is wrong; 3 the warehouse or a vendor could not be
/// reached, and nothing else is wrong.
/// </summary>
internal static class ReconcileCommand
{
    private const int MaxDays = 366;

    private static readonly Option<decimal?> Invoice =
        Amount("--invoice", "Explain a bill instead: what is to be paid, in US dollars. Needs --vendor and --month.");

    private static readonly Option<decimal?> Tax = Amount("--tax", "The tax in the bill; no vendor's API tells it.");

    private static readonly Option<decimal?> Credits =
        Amount("--credits", "The credits that the bill deducts, as a positive amount.");

    private static readonly Option<decimal?> Seats =
        Amount("--seats", "What the bill asks for seats and subscriptions; no vendor's API tells their price.");

    private static readonly Option<DateOnly?> Month = new("--month")
    {
        Description = "The calendar month of the bill, UTC.",
        HelpName = "YYYY-MM",
        CustomParser = ReadMonth,
    };

    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="openVendors">Opens the vendors that the command asks.</param>
    public static Command Create(OpenWarehouse open, OpenVendors openVendors)
    {
        var from = DayOption.Create("--from", "The first UTC day. Default: the seventh before today.");
        var to = DayOption.Create("--to", "The last UTC day, which must be over. Default: yesterday.");
        var reconcile = new Command(
            "reconcile",
            "Reads the vendors' own totals again and compares them with the views, or explains a bill. Changes "
            + "nothing.")
        {
            WarehouseCommand.Dataset, from, to, AccountChoice.Vendor, AccountChoice.Account,
            Invoice, Month, Tax, Credits, Seats, OutputOptions.Document,
        };
        reconcile.Validators.Add(result =>
        {
            if (Mistake(result, [from, to]) is { } mistake)
            {
                result.AddError(mistake);
            }
        });
        reconcile.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            async (warehouse, dataset) =>
            {
                await using var vendors = await openVendors(arguments, cancellationToken);
                var accounts = AccountChoice.Read(arguments, vendors.Services);
                var today = vendors.Today.Today();
                var writer = new ReconciliationWriter(
                    arguments.InvocationConfiguration.Output, arguments.GetValue(OutputOptions.Document));
                if (arguments.GetValue(Invoice) is { } invoice)
                {
                    var bill = new Bill(
                        invoice,
                        arguments.GetValue(Tax) ?? 0,
                        arguments.GetValue(Credits) ?? 0,
                        arguments.GetValue(Seats) ?? 0);
                    return await new BillCheck(warehouse, dataset, today, writer)
                        .ExecuteAsync(
                            bill,
                            arguments.GetValue(Month)!.Value,
                            accounts,
                            arguments.GetValue(AccountChoice.Account) is not null,
                            cancellationToken);
                }

                var last = arguments.GetValue(to) ?? today.AddDays(-1);
                var first = arguments.GetValue(from) ?? today.AddDays(-7);
                RequireClosed(first, last, today);
                return await new ReconcileCheck(
                    new AccountReconciliation(vendors.Services, warehouse, dataset, vendors.Today), writer)
                    .ExecuteAsync(accounts, first, last, cancellationToken);
            },
            cancellationToken));
        return reconcile;
    }

    /// <summary>
    /// What does not belong together. It asks what is there: a value that cannot be read is said elsewhere.
    /// </summary>
    private static string? Mistake(CommandResult result, IEnumerable<Option> days)
    {
        if (!IsThere(Invoice))
        {
            return new Option[] { Month, Tax, Credits, Seats }.FirstOrDefault(IsThere) is { } alone
                ? $"{alone.Name} belongs to --invoice."
                : null;
        }

        return !IsThere(Month) ? "--invoice needs --month, such as 2026-10."
            : !IsThere(AccountChoice.Vendor) ? "--invoice needs --vendor: a bill is of one vendor."
            : days.FirstOrDefault(IsThere) is { } day ? $"--invoice takes --month, not {day.Name}."
            : null;

        bool IsThere(Option option) => result.GetResult(option) is not null;
    }

    private static void RequireClosed(DateOnly first, DateOnly last, DateOnly today)
    {
        if (last >= today)
        {
            throw new UsageException($"--to is {last.Text()}, which is not over yet in UTC.");
        }

        if (first > last || last.DayNumber - first.DayNumber >= MaxDays)
        {
            throw new UsageException(
                $"--from {first.Text()} and --to {last.Text()} are not 1 to {MaxDays} days in order.");
        }
    }

    private static Option<decimal?> Amount(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "USD",
        CustomParser = argument =>
        {
            var text = argument.Tokens[^1].Value;
            if (Money.TryParse(text, Money.AsIs, out var amount, out var rounded) && !rounded)
            {
                return amount;
            }

            argument.AddError($"{name} is '{Shown.Plain(text, 80)}', not an amount such as 1234.56.");
            return null;
        },
    };

    private static DateOnly? ReadMonth(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (UtcDay.TryParse($"{text}-01", out var day))
        {
            return day;
        }

        argument.AddError($"--month is '{Shown.Plain(text, 80)}', not a month such as 2026-10.");
        return null;
    }
}
