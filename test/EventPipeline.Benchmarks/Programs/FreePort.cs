using System.Net;
using System.Net.Sockets;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>Ports of this machine for programs that have to be told one before they start.</summary>
internal static class FreePort
{
    // Below those that the kernel gives to whoever asks for any port: one of these that is free now may be somebody's
    // when the program listens.
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _last = Random.Shared.Next(Count);

    /// <summary>A port that nobody listens on, each time another one.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
