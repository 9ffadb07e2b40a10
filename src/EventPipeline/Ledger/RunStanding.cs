namespace EventPipeline.Ledger;

/// <summary>How far a planned run is.</summary>
/// <param name="Windows">How many windows it reads.</param>
/// <param name="Ended">How many of them have ended.</param>
/// <param name="Succeeded">How many of them have succeeded.</param>
/// <param name="Refused">How many others of them were refused: whether the run fails of them, all of it says.</param>
/// <param name="Cancelled">Whether it was cancelled.</param>
/// <param name="ToldCompleted">Whether it was announced that it completed.</param>
/// <param name="ToldFailed">Whether it was announced that it failed.</param>
/// <param name="ToldCancelled">Whether it was announced that it was cancelled.</param>
internal sealed record RunStanding(
    int Windows,
    long Ended,
    long Succeeded,
    long Refused,
    bool Cancelled,
    bool ToldCompleted,
    bool ToldFailed,
    bool ToldCancelled)
{
    /// <summary>Whether nothing is left to be announced: windows are open, or the outcome is known.</summary>
    public bool HasNoNews => Ended < Windows ? !Cancelled || ToldCancelled
        : Succeeded + Refused < Windows ? ToldFailed
        : Refused > 0 ? ToldFailed && ToldCompleted
        : ToldCompleted;
}
