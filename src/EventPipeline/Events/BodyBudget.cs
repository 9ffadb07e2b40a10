namespace EventPipeline.Events;

/// <summary>
/// Limits how many bytes of request bodies the whole process holds at once. What does not fit is refused at once, to be
/// sent again, and never waits, so requests cannot deadlock.
/// </summary>
/// <remarks>
/// A 10 MB push was measured to cost about 100 MB at its peak, garbage included: the body, its decoded data, and what
/// is made of it; about 150 MB if that is a dead letter. Three at once fit into the service's 1 GiB (infra/service.tf),
/// whatever the concurrency. Small bodies have a separate budget, so that large ones never keep them out; the service's
/// own messages are a few hundred bytes.
/// </remarks>
internal sealed class BodyBudget
{
    /// <summary>The size up to which a body is small.</summary>
    public const int SmallBody = 256 * 1024;

    /// <summary>What all small bodies may take together.</summary>
    public const long SmallBytes = 16 * 1024 * 1024;

    /// <summary>What all others may take together: three of the largest, so that one always fits alone.</summary>
    public const long LargeBytes = 3L * RequestBody.MaxBytes;

    private long _small;
    private long _large;

    /// <summary>The share of one request; dispose it once the request is answered.</summary>
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

    /// <summary>The bytes that one request holds. Not thread-safe: only that request uses it.</summary>
    internal sealed class Share(BodyBudget budget) : IDisposable
    {
        private long _held;

        /// <summary>
        /// Raises the total held to this many bytes; false, leaving it as it was, if they do not fit.
        /// </summary>
        public bool TryHold(long bytes)
        {
            if (bytes <= _held)
            {
                return true;
            }

            // A body that outgrows the small budget takes its share of the large one before it gives up the small one.
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
