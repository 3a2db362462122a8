using System.Net;
using System.Net.Sockets;

namespace LoraFaaS.Protocol.Tests.Hosts;

/// <summary>Who holds a port that callers believe a host's: keeps what the first of them says, and answers as the test has him answer.</summary>
internal sealed class Eavesdropper : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly MemoryStream _heard = new();

    /// <param name="meet">Given the caller's stream, until the caller leaves.</param>
    public Eavesdropper(Func<Stream, Eavesdropper, Task> meet)
    {
        _listener.Start();
        Done = MeetAsync(meet);
    }

    public string Authority => _listener.LocalEndpoint.ToString()!;

    public Uri Url => new("http://" + Authority);

    /// <summary>Everything the caller said, once it has left.</summary>
    public Task<byte[]> Done { get; }

    public void Heard(ReadOnlySpan<byte> bytes) => _heard.Write(bytes);

    /// <summary>Hears the caller to its end.</summary>
    public async Task HearAsync(Stream caller, Stream? passedTo = null)
    {
        var buffer = new byte[4096];

        while (await ReadAsync(caller, buffer) is > 0 and var count)
        {
            Heard(buffer.AsSpan(0, count));

            if (passedTo is not null)
            {
                await passedTo.WriteAsync(buffer.AsMemory(0, count));
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task<byte[]> MeetAsync(Func<Stream, Eavesdropper, Task> meet)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await meet(client.GetStream(), this);
        return _heard.ToArray();
    }

    /// <summary>A caller that leaves in anger resets the connection: that is an end too.</summary>
    private static async Task<int> ReadAsync(Stream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
