namespace EventPipeline.EndToEndTests;

/// <summary>
/// One stand-in for all tests of a class, whose tests only read, are refused, or make what has a name of its own.
/// </summary>
public class SharedStandIn : StandInTest
{
    internal GoogleStandIn Google => StandIn;

    internal new StandInClient BigQuery => base.BigQuery;
}
