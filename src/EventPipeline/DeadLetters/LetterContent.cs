using EventPipeline.Events;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>Reads what a dead letter's message requested, as far as possible, so that it can be ended.</summary>
internal static class LetterContent
{
    /// <summary>Whom it concerns, as far as its message tells; null where it does not.</summary>
    public static LetterSubject? SubjectOf(DeadLetter letter) =>
        WindowsOf(letter) is [var first, ..] windows
            ? new LetterSubject(first.RunId, first.Mode?.Name(), first.Window, windows.Count)
            : RunOf(letter) is { PublishedAt: null } run
                ? new LetterSubject(run.Id, run.Mode?.Name(), null, null)
                : null;

    /// <summary>The requested windows, whatever else is wrong with the message; none if they cannot be read.</summary>
    public static IReadOnlyList<GivenUpWindow> WindowsOf(DeadLetter letter) =>
        letter.SourceTopic == DeadLetterWriter.NameOf(Topic.Fetch) && !letter.PayloadTruncated
            ? FetchRequestedReader.TryReadWindows(EventOf(letter)?.Data ?? Convert.FromBase64String(letter.Payload))
            : [];

    /// <summary>
    /// The run that a trigger requested; null if nothing identifies it. Its mode is null if the trigger names none or
    /// an unknown one. A manually published message is identified by its message id, which a copy that Pub/Sub
    /// forwarded has lost: then its publish time is all that is left; otherwise that is null.
    /// </summary>
    public static (string Id, RunMode? Mode, DateTimeOffset? PublishedAt)? RunOf(DeadLetter letter)
    {
        if (letter.SourceTopic != DeadLetterWriter.NameOf(Topic.Trigger) || letter.PayloadTruncated)
        {
            return null;
        }

        if (EventOf(letter) is { } trigger)
        {
            var isNameless = letter.MessageId is null && new Attributes(letter.Attributes)["ce-id"] is null;
            return (
                RunId.Create(trigger), RunRequestedReader.TryReadMode(trigger), isNameless ? letter.PublishTime : null);
        }

        return letter is { EventId: { } id, EventSource: { } source, EventTime: { } time }
            ? (RunId.Create(source, id, time), null, null)
            : null;
    }

    private static ReceivedEvent? EventOf(DeadLetter letter)
    {
        var entrance = letter.SourceTopic == DeadLetterWriter.NameOf(Topic.Fetch)
            ? Entrance.FetchRequests
            : Entrance.RunRequests;
        var delivery = new Delivery(
            letter.MessageId,
            letter.PublishTime,
            letter.Subscription,
            letter.Attempt,
            letter.EventTime ?? letter.RejectedAt);
        var data = Convert.FromBase64String(letter.Payload);
        var message = new PushedMessage(data, new Attributes(letter.Attributes), delivery, letter.EventSource);
        return CloudEventReader.Read(new Arrival.Pushed(entrance, message)).Event;
    }
}
