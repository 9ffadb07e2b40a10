namespace EventPipeline.Shared;

/// <summary>
/// Says what is wrong with how the program was called, and what to do. Printed without a stack trace; the exit code is
/// 2.
/// </summary>
internal sealed class UsageException(string message) : Exception(message);
