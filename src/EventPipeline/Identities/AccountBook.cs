namespace EventPipeline.Identities;

/// <summary>
/// What one dataset knows about one vendor's accounts: the recorded marks and, for names that earlier versions never
/// recorded, what they committed. The newest record of a mark counts. Merged ids are shown as the id that they count
/// as.
/// </summary>
internal sealed class AccountBook
{
    private readonly Dictionary<string, string> _mergedInto = new(StringComparer.Ordinal);
    private readonly Dictionary<AccountMark, string> _owners = [];
    private readonly Dictionary<(string AccountId, string Kind), string> _values = [];
    private readonly ILookup<string, string> _committed;

    /// <summary>Reads the records.</summary>
    /// <param name="records">The rows of <c>account_identity</c>, oldest first.</param>
    /// <param name="committed">What each name has committed, newest first.</param>
    public AccountBook(
        IReadOnlyList<(string AccountId, AccountMark Mark)> records, IReadOnlyList<CommittedAccount> committed)
    {
        foreach (var (accountId, mark) in records.Where(record => record.Mark.Kind == AccountMark.MergedInto))
        {
            _mergedInto[accountId] = mark.Value;
        }

        // An earlier version filed rows under the vendor's id if the vendor gave one, otherwise under the name.
        foreach (var id in
            committed.Select(account => account.AccountId).Except(committed.Select(account => account.Account)))
        {
            Take(id, new AccountMark(AccountMark.Organization, id));
        }

        foreach (var (accountId, mark) in records.Where(record => record.Mark.Kind != AccountMark.MergedInto))
        {
            Take(accountId, mark);
        }

        _committed = committed.ToLookup(account => account.Account, account => Present(account.AccountId));
        AccountIds =
        [
            .. records.Select(record => record.AccountId)
            .Concat(committed.Select(account => account.AccountId))
            .Select(Present)
            .Distinct(),
        ];
    }

    /// <summary>Every account's present id.</summary>
    public IReadOnlyList<string> AccountIds { get; }

    /// <summary>The id that an id counts as now: itself, unless it was merged into another.</summary>
    public string Present(string accountId) => _mergedInto.GetValueOrDefault(accountId, accountId);

    /// <summary>Every other id that counts as this one.</summary>
    public IReadOnlyList<string> MergedInto(string accountId) =>
        [
            .. _mergedInto.Where(merged => merged.Value == accountId && merged.Key != accountId)
            .Select(merged => merged.Key),
        ];

    /// <summary>Whether anything is stored under an id.</summary>
    public bool Knows(string accountId) => AccountIds.Contains(Present(accountId));

    /// <summary>The account known by a mark; null if there is none.</summary>
    public string? OwnerOf(AccountMark mark) => _owners.GetValueOrDefault(mark);

    /// <summary>
    /// The account that a person or a vendor means by an id, an <c>account_id</c> or a vendor's own; null if there is
    /// none.
    /// </summary>
    public string? Find(string id) => Knows(id)
        ? Present(id)
        : OwnerOf(new AccountMark(AccountMark.Organization, id))
            ?? OwnerOf(new AccountMark(AccountMark.OrganizationHeader, id));

    /// <summary>The newest mark of one kind that an account is known by; null if there is none.</summary>
    public string? ValueOf(string accountId, string kind) => _values.GetValueOrDefault((accountId, kind));

    /// <summary>Whether this name was recorded.</summary>
    public bool HasRecorded(string name) => _owners.ContainsKey(new AccountMark(AccountMark.Name, name));

    /// <summary>
    /// The ids that a configured name stands for: one if it was recorded; otherwise each that it has committed slices
    /// under, newest first.
    /// </summary>
    public IReadOnlyList<string> IdsOf(string name) =>
        OwnerOf(new AccountMark(AccountMark.Name, name)) is { } id ? [id] : [.. _committed[name].Distinct()];

    private void Take(string accountId, AccountMark mark)
    {
        var present = Present(accountId);
        _owners[mark] = present;
        _values[(present, mark.Kind)] = mark.Value;
    }
}

/// <summary>What an account's configured name has committed.</summary>
/// <param name="Account">The name, as it was configured.</param>
/// <param name="AccountId">The id that the slices are stored under.</param>
internal sealed record CommittedAccount(string Account, string AccountId);
