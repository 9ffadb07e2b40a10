namespace EventPipeline.Events;

/// <summary>
/// How many bytes of bodies are in hand at once, in the whole process. What does not fit is told to come again and never waits, so nothing can wait for
/// something that waits for it.
/// </summary>
/// <remarks>
/// A push of 10 MB was measured to cost some 100 MB at its peak, garbage included: the body, its data decoded, and what is made of it; some 150 MB where that
/// is a dead letter. Three at once fit into the 1 GiB that the service has (infra/service.tf), whatever the concurrency. Small bodies have a budget of their
/// own, so that large ones never keep them out; messages of the service have a few hundred bytes.
/// </remarks>
internal sealed class BodyBudget
{
    /// <summary>Up to here a body is small.</summary>
    public const int SmallBody = 256 * 1024;

    /// <summary>What small bodies may have together.</summary>
    public const long SmallBytes = 16 * 1024 * 1024;

    /// <summary>What all others may have together: three of the largest, so that one always fits alone.</summary>
    public const long LargeBytes = 3L * RequestBody.MaxBytes;

    private long _small;
    private long _large;

    /// <summary>What one request holds; disposed when it was answered.</summary>
    public Share Begin() => new(this);

    private static bool TryAdd(ref long used, long bytes, long most)
    {
        if (Interlocked.Add(ref used, bytes) <= most)
        {
            return true;
        }

        Interlocked.Add(ref used, -bytes);
        return false;
    }

    /// <summary>The bytes that one request holds. It is used by one request alone, never at once.</summary>
    internal sealed class Share(BodyBudget budget) : IDisposable
    {
        private long _held;

        /// <summary>Holds so many bytes in all from now on; false, with what it held before, where they do not fit.</summary>
        public bool TryHold(long bytes)
        {
            if (bytes <= _held)
            {
                return true;
            }

            // A body that outgrows the small ones takes its place among the large ones before it gives up the other.
            var before = _held;
            var fits = IsSmall(bytes) ? TryAdd(ref budget._small, bytes - before, SmallBytes)
                : IsSmall(before) ? TryAdd(ref budget._large, bytes, LargeBytes)
                : TryAdd(ref budget._large, bytes - before, LargeBytes);
            if (!fits)
            {
                return false;
            }

            if (IsSmall(before) && !IsSmall(bytes))
            {
                Interlocked.Add(ref budget._small, -before);
            }

            _held = bytes;
            return true;
        }

        public void Dispose()
        {
            Interlocked.Add(ref IsSmall(_held) ? ref budget._small : ref budget._large, -_held);
            _held = 0;
        }

        private static bool IsSmall(long bytes) => bytes <= SmallBody;
    }
}
