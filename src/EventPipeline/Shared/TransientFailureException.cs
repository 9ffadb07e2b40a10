namespace EventPipeline.Shared;

/// <summary>
/// Says that an attempt failed transiently: the event is not acknowledged and is redelivered. The message says what
/// happened and where, so that a person can read it in <c>/runs/{id}</c>.
/// </summary>
public sealed class TransientFailureException(
    string message, Exception? innerException = null) : Exception(message, innerException);
