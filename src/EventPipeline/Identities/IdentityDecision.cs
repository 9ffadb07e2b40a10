using EventPipeline.Vendors.Contract;

namespace EventPipeline.Identities;

/// <summary>
/// Decides who an account is from what a person stated, what the vendor says, the account's name and its key, in this
/// order, and from what the dataset knows. Pure. If two of them point to different accounts, or nothing confirms that
/// the account is the same as before, it refuses: a person has to decide.
/// </summary>
/// <param name="book">What the dataset knows about the vendor's accounts.</param>
/// <param name="dataset">The dataset, for hints.</param>
/// <param name="account">The account.</param>
/// <param name="configured">Every configured account of the vendor, in the order of the settings.</param>
internal sealed class IdentityDecision(
    AccountBook book, string dataset, Account account, IReadOnlyList<Account> configured)
{
    private string Setting => $"the OrganizationId of the account '{account.Name}' below Vendors in the settings";

    /// <summary>Decides.</summary>
    /// <param name="key">A fingerprint of the key; null if it is not available.</param>
    /// <param name="told">What the vendor says.</param>
    /// <param name="newcomer">The id that a previously unknown account was read under; null before it was read.</param>
    /// <exception cref="RejectedEventException">
    /// A person has to say who it is, or two accounts are one organisation.
    /// </exception>
    public AccountIdentity Decide(string? key, OrganizationIds told, string? newcomer = null)
    {
        var marks = MarksOf(told);
        var keyMark = key is null ? null : new AccountMark(AccountMark.Key, key);
        var keyed = keyMark is null ? null : book.OwnerOf(keyMark);
        var names = book.IdsOf(account.Name);
        var accountId = Stated(marks) ?? Answering(marks) ?? (names.Count > 0 ? Named(names, marks) : keyed) ?? newcomer
            ?? Newcomer(told);

        RequireSameOrganization(accountId, marks, isSameKey: keyed == accountId);
        RequireKeyOf(accountId, keyed, names);
        if (account.OrganizationId is null)
        {
            RequireEvidence(accountId, marks, key, isSameKey: keyed == accountId);
        }

        RequireOnlyName(accountId);
        var nameMark = new AccountMark(AccountMark.Name, account.Name);
        return new AccountIdentity(
            accountId,
            [
                .. marks.Append(nameMark)
                .Concat(keyMark is null ? [] : [keyMark])
                .Where(mark => book.OwnerOf(mark) != accountId),
            ],
            !book.HasRecorded(account.Name),
            [.. book.HasRecorded(account.Name) ? [] : names.Where(id => id != accountId)])
        {
            IsByNameAlone = names.Contains(accountId)
                && keyed is null
                && book.ValueOf(accountId, AccountMark.Key) is not null
                && account.OrganizationId is null && !IsProven(accountId, marks),
        };
    }

    private static List<AccountMark> MarksOf(OrganizationIds told)
    {
        var marks = new List<AccountMark>();
        if (told.Id is { } id)
        {
            marks.Add(new AccountMark(AccountMark.Organization, id));
        }

        if (told.HeaderId is { } header)
        {
            marks.Add(new AccountMark(AccountMark.OrganizationHeader, header));
        }

        if (told.Hint is { } hint)
        {
            marks.Add(new AccountMark(AccountMark.OrganizationHint, hint));
        }

        return marks;
    }

    /// <summary>
    /// The account that a person stated; if nothing is stored under it yet, it has to be the organisation that the
    /// vendor names, if it names one.
    /// </summary>
    private string? Stated(List<AccountMark> marks)
    {
        if (account.OrganizationId is not { } stated)
        {
            return null;
        }

        if (book.Find(stated) is { } known)
        {
            return known;
        }

        return marks.Count == 0 || marks.Any(mark => mark.Value == stated)
            ? stated
            : throw Refused(
                $"{account} is configured as the organisation {Shown.Quoted(stated)}, "
                + $"but its key answers as {Shown.Quoted(marks[0].Value)}.",
                $"Correct {Setting}, or replace the key, then replay.");
    }

    /// <summary>The account that the vendor's answer is known to belong to.</summary>
    private string? Answering(List<AccountMark> marks)
    {
        var answering = marks
            .Select(mark => book.OwnerOf(mark) ?? (book.Knows(mark.Value) ? book.Present(mark.Value) : null))
            .OfType<string>()
            .Distinct()
            .ToList();
        return answering.Count < 2
            ? answering.FirstOrDefault()
            : throw Refused(
                $"{account} answers as {string.Join(" and as ", marks.Select(mark => Shown.Quoted(mark.Value)))}, "
                + "which are stored under two ids: "
                    + $"'{answering[0]}' and '{answering[1]}'.",
                MergeHint(answering[1], answering[0]));
    }

    private string Named(IReadOnlyList<string> names, List<AccountMark> marks) => names.Count == 1
        ? names[0]
        : throw Refused(
            $"{account} is stored under {names.Count} ids in the tables, "
                + $"{string.Join(" and ", names.Select(name => $"'{name}'"))}, and "
                + (marks.Count == 0
                    ? "the vendor does not name an organisation."
                    : $"the vendor now names {Shown.Quoted(marks[0].Value)}."),
            $"{MergeHint(names[1], names[0])} If they are two organisations, set {Setting} to the right one.");

    /// <summary>
    /// An id for an unknown account: the vendor's, or its present name, which it keeps when the name is changed.
    /// </summary>
    private string Newcomer(OrganizationIds told)
    {
        var lost = book.AccountIds.Where(id => !IsConfigured(id) && !IsAnother(id, told)).ToList();
        if (lost.Count > 0)
        {
            throw Refused(
                $"{account} is new, and nothing says whether it is "
                    + $"{string.Join(" or ", lost.Select(id => $"'{id}'"))}, "
                    + "which the dataset knows and the settings no longer name: "
                    + "if it was renamed, its days would be counted twice.",
                $"Set {Setting} to '{lost[0]}' if it is the same organisation; to "
                    + $"'{told.Id ?? told.HeaderId ?? account.Name}' if it is another. Then replay.");
        }

        if (told.Id is null && told.HeaderId is null && book.Knows(account.Name))
        {
            throw Refused(
                $"{account} is new, and the id '{account.Name}' is taken by an account "
                + $"that is now called {NamesOf(book.Present(account.Name))}.",
                $"Set {Setting} to another id, then replay.");
        }

        return told.Id ?? told.HeaderId ?? account.Name;
    }

    private bool IsConfigured(string accountId) => configured.Any(other =>
        other.Name != account.Name
            && (
                book.IdsOf(other.Name).Contains(accountId)
                    || (other.OrganizationId is { } stated && book.Find(stated) == accountId)));

    private bool IsAnother(string accountId, OrganizationIds told) =>
        (told.Id is not null && book.ValueOf(accountId, AccountMark.Organization) is { } id && id != told.Id)
        || (
            told.HeaderId is not null
                && book.ValueOf(accountId, AccountMark.OrganizationHeader) is { } header
                && header != told.HeaderId);

    /// <summary>
    /// Requires that the vendor names the same organisation as before, and not that of another account. A header may
    /// change if something better says that the account is the same: a person, the id in the body, or, for a mere hint,
    /// the key.
    /// </summary>
    private void RequireSameOrganization(string accountId, List<AccountMark> marks, bool isSameKey)
    {
        var isSure = account.OrganizationId is not null
            || marks.Any(mark => mark.Kind == AccountMark.Organization && book.OwnerOf(mark) == accountId);
        foreach (var mark in marks)
        {
            var mayChange = mark.Kind switch
            {
                AccountMark.Organization => false,
                AccountMark.OrganizationHint => isSure || isSameKey,
                _ => isSure,
            };
            var (owner, before) = (book.OwnerOf(mark), book.ValueOf(accountId, mark.Kind));
            if (owner is not null && owner != accountId)
            {
                throw Refused(
                    $"{account} is '{accountId}', but answers as the organisation {Shown.Quoted(mark.Value)}, "
                    + $"which is the account '{owner}'.",
                    $"Replace the key, or correct {Setting}. {MergeHint(accountId, owner)}");
            }

            if (owner is null && before is not null && before != mark.Value && !mayChange)
            {
                throw Refused(
                    $"{account} answers as the organisation {Shown.Quoted(mark.Value)}; "
                    + $"the rows loaded so far belong to {Shown.Quoted(before)} (account_id '{accountId}').",
                    "Its key belongs to another organisation than those rows. "
                    + "Replace the key, or give the other organisation an account "
                        + "with another name. Then replay.");
            }
        }
    }

    private void RequireKeyOf(string accountId, string? keyed, IReadOnlyList<string> names)
    {
        if (keyed is not null && keyed != accountId)
        {
            throw Refused(
                $"{account} is '{accountId}', but its key is known as that of '{keyed}' ({NamesOf(keyed)}): "
                    + "its days would be counted twice.",
                $"{MergeHint(keyed, accountId)} If they are two, the account has the wrong key: give it its own.");
        }

        // An earlier version recorded no keys, so the name is all that says whose rows these are.
        var unsaid = names.FirstOrDefault(
            id =>
                id != accountId
                    && book.ValueOf(id, AccountMark.Key) is null
                    && book.ValueOf(id, AccountMark.Organization) is null);
        if (unsaid is not null && names.Count == 1)
        {
            throw Refused(
                $"{account} is '{accountId}', but its rows so far are stored under '{unsaid}': "
                    + "the days that are read again would be counted twice.",
                $"{MergeHint(unsaid, accountId)} If they are two, give the other organisation an account with another "
                    + "name.");
        }

        // A person may move a name from one account to another known one; an id that nothing is stored under yet would
        // start a second one.
        if (names is [var named] && named != accountId && (account.OrganizationId is null || !book.Knows(accountId)))
        {
            throw Refused(
                $"{account} {(account.OrganizationId is null ? "answers as" : "is configured as")} '{accountId}', "
                    + $"but the account of this name is '{named}'.",
                $"{MergeHint(named, accountId)} If they are two, replace the key, "
                    + $"or give '{accountId}' an account with another name. Then replay.");
        }
    }

    /// <summary>
    /// An account whose vendor has named an organisation needs more than its name, which can be given another key, to
    /// be the same as before. What only a header has named is a hint, unless the account is filed under it.
    /// </summary>
    private void RequireEvidence(string accountId, List<AccountMark> marks, string? key, bool isSameKey)
    {
        var before = book.ValueOf(accountId, AccountMark.Organization)
            ?? (
                book.ValueOf(accountId, AccountMark.OrganizationHeader) is { } header && header == accountId
                    ? header
                    : null);
        if (
            before is not null
                && key is not null
                && !isSameKey
                && !IsProven(accountId, marks)
                && book.ValueOf(accountId, AccountMark.Key) is not null)
        {
            throw Refused(
                $"{account} has a different key than before, "
                + $"and the vendor does not confirm that it is still the organisation {Shown.Quoted(before)}.",
                $"Set {Setting} to '{accountId}' if it is, then replay. If it is not, replace the key.");
        }
    }

    private bool IsProven(string accountId, List<AccountMark> marks) =>
        marks.Any(
            mark =>
                mark.Kind != AccountMark.OrganizationHint
                    && (book.OwnerOf(mark) == accountId || mark.Value == accountId));

    /// <summary>One organisation is read under one name.</summary>
    private void RequireOnlyName(string accountId)
    {
        var isRecorded = book.IdsOf(account.Name).Contains(accountId);
        var other = configured
            .TakeWhile(each => !isRecorded || each.Name != account.Name)
            .FirstOrDefault(each => each.Name != account.Name && book.IdsOf(each.Name).Contains(accountId));
        if (other is not null)
        {
            throw SameOrganization(account, other.Name, accountId);
        }
    }

    /// <summary>Two names are the same organisation.</summary>
    public static RejectedEventException SameOrganization(Account account, string other, string accountId) => new(
        $"The {account.Vendor} accounts '{other}' and '{account.Name}' are the same organisation, {accountId}: "
            + "reading both would count it twice.",
        "Remove one of the two from the Accounts of this vendor in the settings.",
        RejectionCause.DuplicateAccount);

    private string NamesOf(string accountId) =>
        configured.Where(other => book.IdsOf(other.Name).Contains(accountId))
            .Select(other => $"'{other.Name}'")
            .DefaultIfEmpty("no name in the settings")
            .First();

    private string MergeHint(string from, string into) => book.Knows(into)
        ? $"If both are one organisation, run `accounts merge --dataset {dataset} --vendor {account.Vendor} "
            + $"--from {from} --into {into}` and replay."
        : $"If both are one organisation, set {Setting} to '{from}', its account_id, and replay.";

    private static RejectedEventException Refused(string what, string hint) =>
        new(what, hint, RejectionCause.AccountIdentity);
}
