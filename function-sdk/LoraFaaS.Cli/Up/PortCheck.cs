using System.Net;
using System.Net.Sockets;

namespace LoraFaaS.Cli.Up;

/// <summary>Says at once, before anything is started, that a port is taken. (The gateway would say it later, and does, if one takes it in between.)</summary>
internal static class PortCheck
{
    public static void EnsureFree(string host, int port, string option)
    {
        if (port == 0 || !IPAddress.TryParse(host, out var address))
        {
            return;
        }

        using var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

        try
        {
            listener.Bind(new IPEndPoint(address, port));
        }
        catch (SocketException e)
        {
            throw new UsageException($"{option} {port}: {host}:{port} cannot be used: {e.Message}. Choose another with {option}.");
        }
    }
}
