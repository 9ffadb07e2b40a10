using System.CommandLine;
using System.Text.Json;
using EventPipeline.Status;

namespace EventPipeline.Commands;

/// <summary>
/// <c>slices versions | restore</c>: which versions of a day there are, and showing an earlier one again. Exit codes: 0
/// done, or nothing to do; 1 not confirmed, or the rows of a version are gone; 2 an argument or a setting is wrong, or
/// there is no such version; 3 the service could not be reached, or refused the caller.
/// </summary>
internal static class SlicesCommand
{
    /// <param name="open">Opens the service that the command asks.</param>
    public static Command Create(OpenService open)
    {
        var slices = new Command("slices", "Shows the versions of days, and restores earlier ones.")
        {
            Versions(open), Restore(open),
        };
        RemoteService.AddTo(slices);
        return slices;
    }

    private static Command Versions(OpenService open)
    {
        var limit = CountOption.Create("--limit", "How many at most, up to 10000.", 50);
        var versions = new Command("versions", "Lists the versions of days, newest day first; * marks what is shown.")
        {
            limit,
        };
        var choice = SliceChoice.AddTo(versions);
        OutputOptions.AddTo(versions);
        versions.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var query = ServiceClient.Query([.. choice.Read(arguments), ("limit", $"{arguments.GetValue(limit)}")]);
                var found = await service.GetAsync<SliceEndpoints.VersionList>(
                    $"slices/versions{query}", cancellationToken);
                await AnswerWriter.WriteAsync(
                    arguments,
                    found,
                    SliceText.Columns,
                    found.Versions.Select(SliceText.Cells),
                    output => SliceText.WriteAsync(output, found.Versions));
                return 0;
            },
            cancellationToken));
        return versions;
    }

    private static Command Restore(OpenService open)
    {
        var asOf = new Option<string?>("--as-of")
        {
            Description = "Restore what was shown at this time (UTC).",
            HelpName = "YYYY-MM-DDTHH:MM:SSZ",
        };
        var restore = new Command(
            "restore",
            "Shows earlier versions of days again: those of a load (--load), or those shown at a time where that has "
            + "changed since (--as-of). They stay until the days are read with force.")
        {
            asOf, Consent.DryRun, Consent.Yes, OutputOptions.Document,
        };
        var choice = SliceChoice.AddTo(restore);
        restore.Validators.Add(result =>
        {
            if ((result.GetValue(choice.Load) is null) == (result.GetValue(asOf) is null))
            {
                result.AddError(
                    "Which version? Give --load, which `slices versions` lists, or --as-of, a time when it was shown.");
            }
        });
        restore.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                IReadOnlyList<(string, string?)> query =
                    [.. choice.Read(arguments), ("asOf", arguments.GetValue(asOf))];
                var would = await service.PostAsync<SliceEndpoints.Restored>(
                    $"slices/restore{ServiceClient.Query([.. query, ("dryRun", "true")])}", cancellationToken);
                await SliceText.WriteAsync(OutputOptions.TalkOf(arguments), would);
                var consent = Consent.Read(arguments);
                var answer = would.Slices.Count == 0 ? 0 : await consent.AskAsync("restored", cancellationToken);
                var made = answer is null
                    ? await service.PostAsync<SliceEndpoints.Restored>(
                        $"slices/restore{ServiceClient.Query(query)}", cancellationToken)
                    : null;
                if (made is not null)
                {
                    await OutputOptions.TalkOf(arguments).WriteLineAsync(SliceText.Done(made));
                }

                if (arguments.GetValue(OutputOptions.Document) && answer is null or 0)
                {
                    await arguments.InvocationConfiguration.Output.WriteLineAsync(
                        JsonSerializer.Serialize(made ?? would, ApiJson.Options));
                }

                return answer ?? 0;
            },
            cancellationToken));
        return restore;
    }

    /// <summary>The options that choose slices.</summary>
    private sealed class SliceChoice
    {
        private readonly Option<string?> _vendor =
            new("--vendor") { Description = "Only a vendor's.", HelpName = "NAME" };

        private readonly Option<string?> _account = new("--account")
        {
            Description = "Only an account's, by its name now or its account_id.", HelpName = "NAME",
        };

        private readonly Option<string?> _report =
            new("--report") { Description = "Only a report's.", HelpName = "NAME" };

        private readonly Option<DateOnly?> _from = DayOption.Create("--from", "The first day (UTC). Default: any.");
        private readonly Option<DateOnly?> _to = DayOption.Create("--to", "The last day (UTC). Default: any.");

        /// <summary>The load whose slices are meant.</summary>
        public Option<string?> Load { get; } =
            new("--load") { Description = "Only days that the load holds a version of.", HelpName = "LOAD" };

        /// <summary>Adds them to a command.</summary>
        public static SliceChoice AddTo(Command command)
        {
            var choice = new SliceChoice();
            foreach (var option in new Option[]
            {
                choice._vendor, choice._account, choice._report, choice.Load, choice._from, choice._to,
            })
            {
                command.Options.Add(option);
            }

            return choice;
        }

        /// <summary>As query parameters.</summary>
        public IEnumerable<(string Name, string? Value)> Read(ParseResult arguments) =>
        [
            ("vendor", arguments.GetValue(_vendor)),
            ("account", arguments.GetValue(_account)),
            ("report", arguments.GetValue(_report)),
            ("load", arguments.GetValue(Load)),
            ("from", arguments.GetValue(_from)?.Text()),
            ("to", arguments.GetValue(_to)?.Text()),
        ];
    }
}
