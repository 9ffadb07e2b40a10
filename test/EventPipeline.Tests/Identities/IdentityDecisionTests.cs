using EventPipeline.Identities;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Identities;

/// <summary>Who an account is, from what was recorded, what the vendor tells, its name and its key.</summary>
public sealed class IdentityDecisionTests
{
    private const string Key = "key-1";
    private const string OtherKey = "key-2";
    private static readonly OrganizationIds Nothing = OrganizationIds.None;

    private readonly List<(string, AccountMark)> _records = [];
    private readonly List<CommittedAccount> _committed = [];
    private readonly List<Account> _configured = [Named("acme")];

    [Fact]
    public void A_new_account_is_filed_under_the_id_that_the_vendor_tells() =>
        Decide("acme", Key, Body("org-1")).AccountId.ShouldBe("org-1");

    [Fact]
    public void A_new_account_whose_vendor_tells_an_id_in_a_header_only_is_filed_under_it() =>
        Decide("acme", Key, Header("head-1")).AccountId.ShouldBe("head-1");

    [Fact]
    public void A_new_account_of_which_nothing_is_told_is_filed_under_its_first_name() =>
        Decide("acme", Key, Nothing).AccountId.ShouldBe("acme");

    [Fact]
    public void An_id_that_is_told_no_more_changes_nothing()
    {
        Record(Decide("acme", Key, Body("org-1")));

        Decide("acme", Key, Nothing).ShouldBeRecordedAs("org-1");
    }

    [Fact]
    public void An_id_that_is_told_late_changes_nothing_and_is_learned()
    {
        Record(Decide("acme", Key, Nothing));

        Record(Decide("acme", Key, Body("org-1")), "acme");
        Decide("acme", OtherKey, Body("org-1")).AccountId.ShouldBe("acme");
        Refused("acme", OtherKey, Body("org-2")).ShouldContain("'org-2'");
        Configure("acme", "org-1");
        Decide("acme", OtherKey, Nothing).AccountId.ShouldBe("acme");
    }

    [Fact]
    public void A_header_of_another_form_is_learned_beside_the_id_and_never_taken_for_it()
    {
        Record(Decide("acme", Key, new OrganizationIds("org-1", "head-1")), "org-1");

        Decide("acme", OtherKey, Header("head-1")).AccountId.ShouldBe("org-1");
        Refused("acme", OtherKey, Header("head-2"))
            .ShouldContain("'head-2'; the rows loaded so far belong to 'head-1' (account_id 'org-1')");
    }

    [Fact]
    public void An_account_that_is_renamed_stays_who_it_was_by_what_the_vendor_tells_or_by_its_key()
    {
        Record(Decide("acme", Key, Body("org-1")));
        Configure("acme-inc");

        Decide("acme-inc", OtherKey, Body("org-1")).AccountId.ShouldBe("org-1");
        Record(Decide("acme-inc", Key, Nothing), "org-1");
        Decide("acme-inc", Key, Nothing).ShouldBeRecordedAs("org-1");
    }

    [Fact]
    public void An_account_that_is_renamed_with_another_key_and_of_which_nothing_is_told_is_refused()
    {
        Record(Decide("acme", Key, Nothing));
        Configure("acme-inc");

        Refused("acme-inc", OtherKey, Nothing).ShouldContain("nothing says whether it is 'acme'");
        Configure("acme-inc", "acme");
        Decide("acme-inc", OtherKey, Nothing).AccountId.ShouldBe("acme");
        Configure("acme-inc", "another");
        Decide("acme-inc", OtherKey, Nothing).AccountId.ShouldBe("another");
    }

    [Fact]
    public void A_second_account_is_no_renamed_one_while_the_first_is_configured()
    {
        Record(Decide("acme", Key, Nothing));
        _configured.Add(Named("labs"));

        Decide("labs", OtherKey, Nothing).AccountId.ShouldBe("labs");
    }

    [Fact]
    public void A_second_organization_is_no_renamed_one_when_the_vendor_tells_the_two_apart()
    {
        Record(Decide("acme", Key, Body("org-1")));
        Configure("labs");

        Decide("labs", OtherKey, Body("org-2")).AccountId.ShouldBe("org-2");
    }

    [Fact]
    public void An_id_that_was_once_a_name_is_not_given_twice()
    {
        Record(Decide("acme", Key, Nothing));
        Configure("acme-inc");
        Record(Decide("acme-inc", Key, Nothing), "acme");
        _records.RemoveAll(record => record.Item2 == new AccountMark(AccountMark.Name, "acme"));
        _configured.Add(Named("acme"));

        Refused("acme", OtherKey, Nothing).ShouldContain("taken by an account that is now called 'acme-inc'");
    }

    [Fact]
    public void A_name_that_answers_as_another_organization_is_refused_with_both()
    {
        Record(Decide("acme", Key, Body("org-1")));

        Refused("acme", OtherKey, Body("org-2"))
            .ShouldContain(
                "anthropic/acme answers as the organisation 'org-2'; the rows loaded so far belong to 'org-1'");
        Refused("acme", Key, Body("org-2")).ShouldContain("'org-2'");
    }

    [Fact]
    public void A_rotated_key_is_taken_when_the_vendor_tells_the_same_organization_and_refused_when_it_tells_nothing()
    {
        Record(Decide("acme", Key, Body("org-1")));

        Refused("acme", OtherKey, Nothing).ShouldContain("a different key than before");
        Record(Decide("acme", OtherKey, Body("org-1")), "org-1");
        Decide("acme", OtherKey, Nothing).ShouldBeRecordedAs("org-1");
    }

    [Fact]
    public void A_rotated_key_is_taken_when_the_vendor_never_tells()
    {
        Record(Decide("acme", Key, Nothing));

        Decide("acme", OtherKey, Nothing).AccountId.ShouldBe("acme");
    }

    [Fact]
    public void A_person_may_say_that_a_rotated_key_is_the_same_organization_s()
    {
        Record(Decide("acme", Key, Body("org-1")));
        Configure("acme", "org-1");

        Decide("acme", OtherKey, Nothing).AccountId.ShouldBe("org-1");
    }

    [Fact]
    public void A_short_name_in_a_header_may_change_while_the_key_does_not()
    {
        Record(Decide("acme", Key, Hint("short-1")));

        Decide("acme", Key, Hint("short-2")).AccountId.ShouldBe("acme");
        Decide("acme", OtherKey, Hint("short-1")).AccountId.ShouldBe("acme");
        Decide("acme", OtherKey, Nothing).IsByNameAlone.ShouldBeTrue();
        Refused("acme", OtherKey, Hint("short-2")).ShouldContain("'short-2'");
        Configure("acme", "acme");
        Decide("acme", OtherKey, Hint("short-2")).AccountId.ShouldBe("acme");
    }

    [Fact]
    public void An_id_in_a_header_may_change_its_form_where_the_body_or_a_person_says_that_it_is_the_same()
    {
        Record(Decide("acme", Key, new OrganizationIds("org-1", "head-1")));

        Refused("acme", Key, Header("head-2")).ShouldContain("'head-2'");
        Decide("acme", Key, new OrganizationIds("org-1", "head-2")).AccountId.ShouldBe("org-1");
        Configure("acme", "org-1");
        Decide("acme", Key, Header("head-2")).AccountId.ShouldBe("org-1");
    }

    [Fact]
    public void A_new_account_keeps_the_id_that_it_was_read_under_when_its_answers_name_it() =>
        new IdentityDecision(new AccountBook([], []), "d", _configured[0], _configured)
            .Decide(Key, Header("head-1"), newcomer: "acme").AccountId.ShouldBe("acme");

    [Fact]
    public void A_stated_id_that_nothing_stands_under_does_not_part_an_account_from_its_rows()
    {
        Record(Decide("acme", Key, Nothing));
        Configure("acme", "org-1");

        Refused("acme", OtherKey, Body("org-1"))
            .ShouldContain(
                "is configured as 'org-1', but the account of this name is 'acme'. If both are one organisation, set "
                    + "the OrganizationId");
        Refused("acme", OtherKey, Nothing).ShouldContain("'acme'");
    }

    [Fact]
    public void A_stated_id_does_not_take_another_accounts_organisation()
    {
        _configured.Add(Named("labs"));
        Record(Decide("labs", OtherKey, Body("org-2")));
        Record(Decide("acme", Key, Nothing));
        _configured[0] = Named("acme", "acme");

        Refused("acme", "key-3", Body("org-2"))
            .ShouldContain("'acme', but answers as the organisation 'org-2', which is the account 'org-2'");
    }

    [Fact]
    public void Two_names_of_one_organization_are_refused_with_both()
    {
        Record(Decide("acme", Key, Body("org-1")));
        _configured.Insert(0, Named("labs"));

        Refused("labs", OtherKey, Body("org-1"), RejectionCause.DuplicateAccount)
            .ShouldContain("'acme' and 'labs' are the same organisation, org-1");
        Decide("acme", Key, Body("org-1")).AccountId.ShouldBe("org-1");
    }

    [Fact]
    public void Two_names_that_have_changed_their_keys_are_both_refused()
    {
        _configured.Add(Named("labs"));
        Record(Decide("acme", Key, Body("org-1")));
        Record(Decide("labs", OtherKey, Body("org-2")));

        Refused("acme", OtherKey, Body("org-2"))
            .ShouldContain("answers as 'org-2', but the account of this name is 'org-1'");
        Refused("labs", Key, Body("org-1"))
            .ShouldContain("answers as 'org-1', but the account of this name is 'org-2'");
    }

    [Fact]
    public void A_name_with_another_accounts_key_is_refused_also_where_nothing_is_told()
    {
        _configured.Add(Named("labs"));
        Record(Decide("acme", Key, Nothing));
        Record(Decide("labs", OtherKey, Nothing));

        Refused("labs", Key, Nothing).ShouldContain("its key is known as that of 'acme'");
    }

    [Fact]
    public void A_stated_organization_that_the_key_does_not_answer_as_is_refused_with_both()
    {
        Configure("acme", "org-1");

        Decide("acme", Key, Body("org-1")).AccountId.ShouldBe("org-1");
        Decide("acme", Key, Header("org-1")).AccountId.ShouldBe("org-1");
        Decide("acme", Key, Nothing).AccountId.ShouldBe("org-1");
        Refused("acme", Key, Body("org-2"))
            .ShouldContain("configured as the organisation 'org-1', but its key answers as 'org-2'");
    }

    [Fact]
    public void A_stated_organization_that_would_part_an_account_from_its_rows_is_refused_until_they_are_merged()
    {
        Record(Decide("acme", Key, Nothing));
        Configure("acme", "org-1");

        Refused("acme", Key, Body("org-1")).ShouldContain("its key is known as that of 'acme'");
        _records.Add(("acme", new AccountMark(AccountMark.MergedInto, "org-1")));
        Decide("acme", Key, Body("org-1")).AccountId.ShouldBe("org-1");
    }

    [Fact]
    public void A_dataset_of_an_earlier_version_goes_on_under_the_id_it_has()
    {
        Commit("acme", "org-1");

        Decide("acme", Key, Body("org-1")).AccountId.ShouldBe("org-1");
        Decide("acme", Key, Nothing).AccountId.ShouldBe("org-1");
        Refused("acme", Key, Body("org-2")).ShouldContain("'org-2'");
        Configure("acme-inc");
        Decide("acme-inc", Key, Body("org-1")).AccountId.ShouldBe("org-1");
    }

    [Fact]
    public void A_dataset_of_an_earlier_version_that_was_never_told_an_id_goes_on_under_the_name()
    {
        Commit("acme", "acme");

        Decide("acme", Key, Nothing).AccountId.ShouldBe("acme");
        Decide("acme", Key, Body("org-1")).AccountId.ShouldBe("acme");
        Configure("acme", "org-1");
        Refused("acme", Key, Body("org-1")).ShouldContain("its rows so far are stored under 'acme'");
    }

    [Fact]
    public void An_account_that_stands_under_two_ids_goes_on_under_the_one_that_is_told_and_says_so()
    {
        Commit("acme", "acme");
        Commit("acme", "org-1");

        var identity = Decide("acme", Key, Body("org-1"));

        identity.AccountId.ShouldBe("org-1");
        identity.AlsoUnder.ShouldBe(["acme"]);
        Refused("acme", Key, Nothing).ShouldContain("is stored under 2 ids in the tables, 'org-1' and 'acme'");
        Refused("acme", Key, Body("org-2"))
            .ShouldContain("accounts merge --dataset d --vendor anthropic --from acme --into org-1");
    }

    [Fact]
    public void Merged_ids_are_one_account_whichever_of_them_is_named()
    {
        Commit("acme", "acme");
        Commit("acme", "org-1");
        _records.Add(("acme", new AccountMark(AccountMark.MergedInto, "org-1")));

        Decide("acme", Key, Nothing).AccountId.ShouldBe("org-1");
        Configure("acme-inc", "acme");
        Decide("acme-inc", Key, Nothing).AccountId.ShouldBe("org-1");
    }

    [Fact]
    public void An_answer_that_stands_under_two_ids_is_refused_until_they_are_merged()
    {
        _records.Add(("org-1", new AccountMark(AccountMark.Organization, "org-1")));
        _records.Add(("head-1", new AccountMark(AccountMark.OrganizationHeader, "head-1")));

        Refused("acme", Key, new OrganizationIds("org-1", "head-1")).ShouldContain("two ids: 'org-1' and 'head-1'");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void However_the_two_ids_come_and_go_the_account_stays_one(bool first, bool second)
    {
        var ids = new[]
        {
            new OrganizationIds(first ? "org-1" : null, second ? "head-1" : null), new("org-1", "head-1"),
            Header("head-1"), Body("org-1"), Nothing,
        };
        var start = Decide("acme", Key, ids[0]);
        Record(start);

        foreach (var told in ids.Concat(ids.Reverse()))
        {
            Record(Decide("acme", Key, told), start.AccountId);
        }
    }

    private static Account Named(string name, string? organizationId = null) =>
        new("anthropic", name, new Uri("https://api.test/"), $"env:{name}", organizationId);

    private static OrganizationIds Body(string id) => new(id, null);

    private static OrganizationIds Header(string id) => new(null, id);

    private static OrganizationIds Hint(string name) => new(null, null, name);

    private void Configure(string name, string? organizationId = null)
    {
        _configured.Clear();
        _configured.Add(Named(name, organizationId));
    }

    private void Commit(string account, string accountId) =>
        _committed.Insert(0, new CommittedAccount(account, accountId));

    private AccountIdentity Decide(string name, string key, OrganizationIds told) =>
        new IdentityDecision(
            new AccountBook(_records, _committed),
            "d",
            _configured.Single(account => account.Name == name),
            _configured)
            .Decide(key, told);

    private void Record(AccountIdentity identity, string? accountId = null)
    {
        identity.AccountId.ShouldBe(accountId ?? identity.AccountId);
        _records.AddRange(identity.Unrecorded.Select(mark => (identity.AccountId, mark)));
    }

    private string Refused(
        string name, string key, OrganizationIds told, RejectionCause cause = RejectionCause.AccountIdentity)
    {
        var refusal = Should.Throw<RejectedEventException>(() => Decide(name, key, told));
        refusal.Cause.ShouldBe(cause);
        refusal.Hint.ShouldNotBeEmpty();
        return $"{refusal.Message} {refusal.Hint}";
    }
}

internal static class IdentityAssertions
{
    public static void ShouldBeRecordedAs(this AccountIdentity identity, string accountId)
    {
        identity.AccountId.ShouldBe(accountId);
        identity.Unrecorded.ShouldBeEmpty();
    }
}
