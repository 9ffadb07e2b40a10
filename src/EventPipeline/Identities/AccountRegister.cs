using System.Security.Cryptography;
using System.Text;
using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Identities;

/// <summary>The table <c>account_identity</c>: what each account is known by. Rows are only added.</summary>
internal sealed class AccountRegister(IWarehouse warehouse)
{
    /// <summary>What a dataset knows about a vendor's accounts.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="vendor">The vendor's name.</param>
    /// <param name="accounts">
    /// The accounts it is read for: if one of them was never recorded, what was committed is considered too.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<AccountBook> ReadAsync(
        string dataset, string vendor, IReadOnlyList<Account> accounts, CancellationToken cancellationToken)
    {
        var marks = await MarksAsync(dataset, vendor, cancellationToken);
        var book = new AccountBook(marks, []);
        return accounts.All(
            account =>
                book.HasRecorded(account.Name) && (account.OrganizationId is not { } id || book.Find(id) is not null))
            ? book
            : new AccountBook(marks, await CommittedAsync(dataset, vendor, cancellationToken));
    }

    /// <summary>
    /// What a dataset knows about a vendor's accounts, whatever the settings say, including everything that was
    /// committed.
    /// </summary>
    public async Task<AccountBook> ReadWholeAsync(string dataset, string vendor, CancellationToken cancellationToken) =>
        new(
        await MarksAsync(dataset, vendor, cancellationToken), await CommittedAsync(dataset, vendor, cancellationToken));

    /// <summary>Records what an account is known by; a repetition for the same run changes nothing.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="vendor">The vendor's name.</param>
    /// <param name="identity">The account, with its new marks.</param>
    /// <param name="runId">The run that records it.</param>
    /// <param name="isClaim">
    /// Whether an unrecorded name is claimed: once, by the first to come, whatever the vendor said. If that claim was
    /// made before and its rows are gone because the dataset was recreated, this does nothing, and the record has to be
    /// made without a claim.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the record may have been made.</param>
    public Task RecordAsync(
        string dataset,
        string vendor,
        AccountIdentity identity,
        string runId,
        bool isClaim,
        CancellationToken cancellationToken)
    {
        var name = identity.Unrecorded.FirstOrDefault(mark => mark.Kind == AccountMark.Name);
        var what = isClaim && name is not null
            ? [vendor, name.Value]
            : identity.Unrecorded.SelectMany(mark => new[] { mark.Kind, mark.Value })
                .Prepend(identity.AccountId)
                .Prepend(runId)
                .Prepend(vendor);
        return InsertAsync(
            dataset,
            vendor,
            [.. identity.Unrecorded.Select(mark => (identity.AccountId, mark))],
            what,
            runId,
            cancellationToken);
    }

    /// <summary>Makes ids count as another one from now on.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="vendor">The vendor's name.</param>
    /// <param name="accountIds">The ids to merge; the target itself undoes its merge.</param>
    /// <param name="into">The id that they count as.</param>
    /// <param name="cancellationToken">Stops waiting; the record may have been made.</param>
    public Task MergeAsync(
        string dataset,
        string vendor,
        IEnumerable<string> accountIds,
        string into,
        CancellationToken cancellationToken) =>
        InsertAsync(
        dataset,
        vendor,
        [.. accountIds.Select(id => (id, new AccountMark(AccountMark.MergedInto, into)))],
        [Guid.NewGuid().ToString()],
        null,
        cancellationToken);

    /// <summary>Lets a name stand for an account from now on, beside those that it had.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="vendor">The vendor's name.</param>
    /// <param name="accountId">The account's id in the tables.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops waiting; the record may have been made.</param>
    public Task RenameAsync(
        string dataset, string vendor, string accountId, string name, CancellationToken cancellationToken) =>
        InsertAsync(
            dataset,
            vendor,
            [(accountId, new AccountMark(AccountMark.Name, name))],
            [Guid.NewGuid().ToString()],
            null,
            cancellationToken);

    private async Task<IReadOnlyList<(string AccountId, AccountMark Mark)>> MarksAsync(
        string dataset, string vendor, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("account_marks", ("vendor", vendor)), cancellationToken);
        return [.. rows.Select(row => (row.Text("account_id"), new AccountMark(row.Text("mark"), row.Text("value"))))];
    }

    private async Task<IReadOnlyList<CommittedAccount>> CommittedAsync(
        string dataset, string vendor, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("committed_accounts", ("vendor", vendor)), cancellationToken);
        return
        [
            .. rows.OrderByDescending(row => row.Timestamp("committed_at"))
            .Select(row => new CommittedAccount(row.Text("account"), row.Text("account_id"))),
        ];
    }

    private Task<bool> InsertAsync(
        string dataset,
        string vendor,
        IReadOnlyList<(string AccountId, AccountMark Mark)> records,
        IEnumerable<string> what,
        string? runId,
        CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', what))))[..32];
        return warehouse.ExecuteAsync(
            dataset,
            $"identity_{id}",
            Statement.Insert("insert_account_identity", [.. records.Select(record => new Dictionary<string, object?>
            {
                ["vendor"] = vendor,
                ["account_id"] = record.AccountId,
                ["mark"] = record.Mark.Kind,
                ["value"] = record.Mark.Value,
                ["run_id"] = runId,
            })]),
            cancellationToken);
    }
}
