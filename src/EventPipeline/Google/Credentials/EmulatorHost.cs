namespace EventPipeline.Google.Credentials;

/// <summary>
/// Reads <c>PUBSUB_EMULATOR_HOST</c> and <c>BIGQUERY_EMULATOR_HOST</c>: <c>host:port</c>, or a whole address.
/// </summary>
internal static class EmulatorHost
{
    /// <summary>The address; null if the text is not one, which the settings' checks then report.</summary>
    public static Uri Address(string host)
    {
        var address = host.Contains("://", StringComparison.Ordinal) ? host : $"http://{host}/";
        return Uri.TryCreate(address, UriKind.RelativeOrAbsolute, out var uri) ? uri : null!;
    }

    /// <summary>Whether the emulator is used: it is set, and no address setting of the service overrides it.</summary>
    public static bool IsUsed(IConfiguration configuration, string name, string address) =>
        !string.IsNullOrEmpty(configuration[name]) && string.IsNullOrEmpty(configuration[address]);
}
