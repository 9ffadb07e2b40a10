using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>What a statement that changes rows does, and to which table.</summary>
/// <param name="Verb">INSERT, UPDATE, DELETE or MERGE.</param>
/// <param name="Table">The table.</param>
internal sealed record DmlTarget(string Verb, TableName Table)
{
    private static readonly string[] Verbs = ["INSERT", "UPDATE", "DELETE", "MERGE"];

    /// <summary>The target of a job; null where it is no such statement, or one that will fail.</summary>
    public static DmlTarget? Of(Job job)
    {
        try
        {
            var query = job.Configuration["query"];
            var sql = (string?)query?["query"] ?? "";
            var tokens = Lexer.Read(sql);
            var translator = new Translator(sql, tokens, job.Project, new Parameters(null, null));
            return Of(tokens, translator, (string?)query?["defaultDataset"]?["datasetId"]);
        }
        catch (GoogleException)
        {
            return null;
        }
    }

    /// <summary>The target of a statement; null where it changes no rows.</summary>
    public static DmlTarget? Of(IReadOnlyList<Token> tokens, Translator translator, string? defaultDataset)
    {
        if (Verbs.FirstOrDefault(tokens[0].Is) is not { } verb || tokens.Count < 2)
        {
            return null;
        }

        // INTO and FROM may be left out.
        var at = tokens[1].Is("INTO") || tokens[1].Is("FROM") ? 2 : 1;
        return new DmlTarget(verb, translator.Table(translator.Path(at).Parts, defaultDataset));
    }
}
