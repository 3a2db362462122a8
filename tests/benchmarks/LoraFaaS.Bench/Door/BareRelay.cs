using System.Net;
using System.Net.Sockets;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// A process that passes bytes on and looks at none: two threads a connection, each of which sleeps in its read and writes what came. What it adds to a call is the machine's price of a
/// second process on the way, from below: nothing that reads a request could add less. Prints its address, ends when its input does.
/// </summary>
internal static class BareRelay
{
    public static async Task<int> RunAsync(string target)
    {
        var worker = new Uri(target);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1_024);
        new Thread(() => Accept(listener, new IPEndPoint(IPAddress.Parse(worker.Host), worker.Port))) { IsBackground = true }.Start();
        Console.WriteLine($"http://{listener.LocalEndPoint}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static void Accept(Socket listener, IPEndPoint worker)
    {
        while (true)
        {
            var caller = listener.Accept();
            var onward = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            caller.NoDelay = true;
            onward.Connect(worker);
            new Thread(() => Pass(caller, onward), 128 << 10) { IsBackground = true }.Start();
            new Thread(() => Pass(onward, caller), 128 << 10) { IsBackground = true }.Start();
        }
    }

    private static void Pass(Socket from, Socket to)
    {
        var buffer = new byte[16 << 10];

        try
        {
            while (from.Receive(buffer) is > 0 and var read)
            {
                to.Send(buffer.AsSpan(0, read));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
