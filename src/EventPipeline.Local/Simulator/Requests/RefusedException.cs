namespace EventPipeline.Local.Simulator.Requests;

/// <summary>The vendor refuses the request; this becomes an error in the vendor's own format.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What is wrong.</param>
/// <param name="parameter">The parameter it is about, if any.</param>
/// <param name="code">The vendor's code, if it has one.</param>
internal sealed class RefusedException(
    int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    public int Status { get; } = status;

    public string? Parameter { get; } = parameter;

    public string? Code { get; } = code;
}
