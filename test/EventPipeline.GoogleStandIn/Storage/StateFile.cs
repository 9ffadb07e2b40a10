using System.Text.Json;

namespace EventPipeline.GoogleStandIn.Storage;

/// <summary>
/// A small value in a JSON file that is replaced whole, so that a killed process leaves the old one or the new one.
/// </summary>
internal sealed class StateFile<T>(string path, Func<T> initial)
    where T : class
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };
    private readonly Lock gate = new();
    private T? value;

    /// <summary>Looks at the value.</summary>
    public TResult Read<TResult>(Func<T, TResult> look)
    {
        lock (gate)
        {
            return look(Value());
        }
    }

    /// <summary>Changes the value; it is on disk when this returns.</summary>
    public TResult Change<TResult>(Func<T, TResult> change)
    {
        lock (gate)
        {
            var result = change(Value());
            Write();
            return result;
        }
    }

    private T Value()
    {
        if (value is null)
        {
            if (File.Exists(path))
            {
                value = JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json)
                    ?? throw new InvalidDataException($"'{path}' holds null.");
            }
            else
            {
                value = initial();
                Write();
            }
        }

        return value;
    }

    private void Write()
    {
        File.WriteAllBytes($"{path}.new", JsonSerializer.SerializeToUtf8Bytes(value, Json));
        File.Move($"{path}.new", path, overwrite: true);
    }
}
