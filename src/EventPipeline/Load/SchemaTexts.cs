using System.Globalization;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Load;

/// <summary>
/// The texts that create the tables and views of a dataset: the files of <c>Sql/tables</c> and <c>Sql/views</c>, in
/// order, with what each vendor's own folder says of it in the place of their braces. <c>{dataset}</c> is left.
/// </summary>
internal static class SchemaTexts
{
    private static readonly IReadOnlyDictionary<string, string> Parts = new Dictionary<string, string>
    {
        ["reports_without_past"] = string.Join(
            "\nUNION ALL\n",
            from vendor in VendorServiceCollectionExtensions.Known
            from report in vendor.Reports
            where !report.HasPast
            select $"SELECT {Text(vendor.Name)} AS vendor, {Text(report.Name)} AS report"),
        ["settling_reports"] = string.Join(
            "\nUNION ALL\n",
            from vendor in VendorServiceCollectionExtensions.Known
            from report in vendor.Reports
            where report.HasPast
            let days = report.SettledAfterDays.ToString(CultureInfo.InvariantCulture)
            select $"SELECT {Text(vendor.Name)} AS vendor, {Text(report.Name)} AS report, "
                + $"{days} AS settled_after_days, "
                + $"{(report.Settles == Settles.AfterItsMonth ? "TRUE" : "FALSE")} AS after_its_month"),
        ["counted_elsewhere"] = string.Join(
            " OR ",
            from vendor in VendorServiceCollectionExtensions.Known
            from product in vendor.ProductsCountedElsewhere
            select $"f.vendor = {Text(vendor.Name)} AND f.product = {Text(product)}"),
        ["told_as"] = $"CASE {string.Join(
            ' ',
            from vendor in VendorServiceCollectionExtensions.Known
            from report in vendor.Reports
            where report.InsteadOf is not null
            select $"WHEN vendor = {Text(vendor.Name)} AND report = {Text(report.Name)} THEN "
                + Text(report.InsteadOf!))} ELSE report END",
        ["default_sub_account"] = $"CASE {string.Join(
            ' ',
            from vendor in VendorServiceCollectionExtensions.Known
            from report in vendor.Reports
            where report.DefaultSubAccount is not null
            select $"WHEN c.vendor = {Text(vendor.Name)} AND c.report = {Text(report.Name)} THEN "
                + Text(report.DefaultSubAccount!))} END",
        ["owners"] = Statement.Text("parts/owners.sql").Trim(),
        ["newest_letter_first"] = Statement.Text("parts/newest_letter_first.sql").Trim(),
        ["settles_at"] = Statement.Text("parts/settles_at.sql").Trim(),
        ["vendors"] = string.Join(", ", VendorServiceCollectionExtensions.Known.Select(vendor => vendor.Name)),
        ["provider_name"] = Choice(names => names.Provider),
        ["service_name"] = Choice(names => names.Service),
        ["billing_account_type"] = Choice(names => names.BillingAccount, FocusNames.UsualBillingAccount),
        ["usual_sub_account"] = FocusNames.UsualSubAccount,
        ["sub_account_types"] = string.Join(
            ' ',
            from vendor in VendorServiceCollectionExtensions.Known
            where vendor.Focus.SubAccount != FocusNames.UsualSubAccount
            select $"WHEN c.vendor = {Text(vendor.Name)} THEN {Text(vendor.Focus.SubAccount)}"),
    };

    /// <summary>The tables.</summary>
    public static IEnumerable<(string File, string Sql)> Tables => Read("tables");

    /// <summary>The views, each after those that it reads.</summary>
    public static IEnumerable<(string File, string Sql)> Views => Read("views");

    private static IEnumerable<(string File, string Sql)> Read(string folder) => Statement.Files(folder).Select(
        file => (file, Parts.Aggregate(
            Statement.Text(file),
            (sql, part) => sql.Replace($"{{{part.Key}}}", part.Value, StringComparison.Ordinal))));

    /// <param name="name">What each vendor's folder says.</param>
    /// <param name="unknown">What is said of a vendor that has no folder; null for its own name.</param>
    private static string Choice(Func<FocusNames, string> name, string? unknown = null) =>
        $"CASE c.vendor {string.Join(
            ' ',
            VendorServiceCollectionExtensions.Known.Select(
                vendor => $"WHEN {Text(vendor.Name)} THEN {Text(name(vendor.Focus))}"))} ELSE {
            (unknown is null ? "c.vendor" : Text(unknown))} END";

    private static string Text(string word) => word.AsSpan().ContainsAny('\'', '\\')
        ? throw new ArgumentException($"'{word}' holds a quote or a backslash, which no vendor's word needs.")
        : $"'{word}'";
}
