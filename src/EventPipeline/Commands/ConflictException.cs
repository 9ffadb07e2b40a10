namespace EventPipeline.Commands;

/// <summary>Says why a service does not do what it was asked, as things are.</summary>
internal sealed class ConflictException(string message) : Exception(message);
