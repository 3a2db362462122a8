using System.Threading.Channels;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Diagnostics;

namespace LoraFaaS.Sandbox.Connection;

/// <summary>
/// Frames on their way to the worker: any thread posts, one task writes, and whatever has gathered goes out in one write. Credits bound how
/// many events can be here; a full outbox means that the worker has stopped reading altogether, and then whoever posts waits with it.
/// </summary>
internal sealed class Outbox(FrameWriter writer, JsonLog log, int capacity = 4_096) : IDisposable
{
    private readonly Channel<FromSandbox> _frames = Channel.CreateUnbounded<FromSandbox>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _room = new(capacity);
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Blocks while the outbox is full. After the worker is gone frames go nowhere, and the caller learns it from the connection's reader.</summary>
    public void Post(FromSandbox frame)
    {
        try
        {
            _room.Wait(_closed.Token);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            return;
        }

        _frames.Writer.TryWrite(frame);
    }

    /// <summary>No more frames: <see cref="WriteAllAsync"/> ends when what was posted is written.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    /// <summary>Drops what waits and lets go of whoever posts: the worker is gone.</summary>
    public void Abandon()
    {
        _closed.Cancel();
        Complete();
    }

    public async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _frames.Reader.WaitToReadAsync(cancellationToken))
            {
                while (_frames.Reader.TryRead(out var frame))
                {
                    writer.Write(frame);
                    _room.Release();
                }

                if (!await writer.FlushAsync(cancellationToken))
                {
                    break;
                }
            }
        }
        catch (IOException broken)
        {
            log.Warning("The worker reads no more", ("reason", broken.Message));
        }
        catch (System.Net.Sockets.SocketException broken)
        {
            log.Warning("The worker reads no more", ("reason", broken.Message));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.Warning("The worker reads too slowly for what was said last");
        }
        finally
        {
            Abandon();
        }
    }

    public void Dispose()
    {
        _room.Dispose();
        _closed.Dispose();
    }
}
