using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>
/// A way to a host that passes on what is asked and, once told to, keeps back what is answered: as when the host dies between the end of its work and the
/// end of its answer.
/// </summary>
internal sealed class HeldRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile bool _holds;
    private long _kept;

    public HeldRelay(IPEndPoint here, IPEndPoint target)
    {
        _target = target;
        _listener = new TcpListener(here);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Bytes of answers that did not go on.</summary>
    public long Kept => Interlocked.Read(ref _kept);

    public void Hold() => _holds = true;

    /// <summary>Ends every connection, and lets answers of those to come pass.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }

        _holds = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> relayed = [];

        try
        {
            while (true)
            {
                relayed.Add(RelayAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }

        await Task.WhenAll(relayed);
    }

    private async Task RelayAsync(Socket caller)
    {
        using var host = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open[caller] = _open[host] = true;

        try
        {
            await host.ConnectAsync(_target, _stop.Token);
            await Task.WhenAny(PassAsync(caller, host, () => false), PassAsync(host, caller, () => _holds));
        }
        catch (Exception broken) when (broken is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody listens there now.
        }
        finally
        {
            _open.TryRemove(caller, out _);
            _open.TryRemove(host, out _);
            caller.Dispose();
        }
    }

    private async Task PassAsync(Socket from, Socket to, Func<bool> holds)
    {
        var buffer = new byte[16 * 1024];

        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var read)
            {
                if (holds())
                {
                    Interlocked.Add(ref _kept, read);
                    continue;
                }

                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                }
            }
        }
        catch (Exception broken) when (broken is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the way.
        }
    }
}
