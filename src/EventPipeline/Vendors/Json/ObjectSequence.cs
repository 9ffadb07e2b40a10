namespace EventPipeline.Vendors.Json;

/// <summary>The objects among some values.</summary>
internal readonly struct ObjectSequence(JsonValues values)
{
    public ObjectEnumerator GetEnumerator() => new(values);
}

/// <summary>Goes through the values.</summary>
internal struct ObjectEnumerator(JsonValues values)
{
    private int _at = -1;

    public readonly Fields Current => values.ObjectAt(_at);

    public bool MoveNext()
    {
        _at = _at < 0 ? 0 : values[_at].End;
        return _at < values.Count;
    }
}
