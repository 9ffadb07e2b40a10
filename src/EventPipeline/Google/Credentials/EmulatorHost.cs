namespace EventPipeline.Google.Credentials;

/// <summary>Reads <c>PUBSUB_EMULATOR_HOST</c> and <c>BIGQUERY_EMULATOR_HOST</c>: <c>host:port</c>, or a whole address.</summary>
internal static class EmulatorHost
{
    /// <summary>The address; null when the text is none, which the settings' checks then report.</summary>
    public static Uri Address(string host)
    {
        var address = host.Contains("://", StringComparison.Ordinal) ? host : $"http://{host}/";
        return Uri.TryCreate(address, UriKind.RelativeOrAbsolute, out var uri) ? uri : null!;
    }

    /// <summary>Whether the emulator is what is asked: it is set, and no address of the service's own wins over it.</summary>
    public static bool IsUsed(IConfiguration configuration, string name, string address) =>
        !string.IsNullOrEmpty(configuration[name]) && string.IsNullOrEmpty(configuration[address]);
}
