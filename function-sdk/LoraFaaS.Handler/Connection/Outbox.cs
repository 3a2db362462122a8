using System.Threading.Channels;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Connection;

/// <summary>Frames on their way to the worker: one loop writes, everybody else waits for room.</summary>
internal sealed class Outbox : IAsyncDisposable
{
    private readonly Channel<FromHandler> _frames = Channel.CreateBounded<FromHandler>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly FrameWriter _writer;
    private readonly Task _writing;

    public Outbox(Stream stream)
    {
        _writer = new FrameWriter(stream, HandlerLimits.MaxFromHandlerBytes);
        _writing = Task.Run(WriteAllAsync);
    }

    public ValueTask SendAsync(FromHandler frame, CancellationToken cancellationToken) => _frames.Writer.WriteAsync(frame, cancellationToken);

    /// <summary>For what may be lost: false when there is no room.</summary>
    public bool TrySend(FromHandler frame) => _frames.Writer.TryWrite(frame);

    /// <summary>No more is taken; completes when all that was is written.</summary>
    public Task DrainAsync()
    {
        _frames.Writer.TryComplete();
        return _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await DrainAsync();
        await _writer.DisposeAsync();
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync(CancellationToken.None))
            {
                _writer.Write(frame);

                // What is already waiting goes out in the same write.
                while (_frames.Reader.TryRead(out var next))
                {
                    _writer.Write(next);
                }

                if (!await _writer.FlushAsync(CancellationToken.None))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The worker is gone; the reading side ends this process.
        }
        finally
        {
            _frames.Writer.TryComplete();

            while (_frames.Reader.TryRead(out _))
            {
                // Nobody reads these any more; whoever waits for room goes on, and finds the channel closed.
            }
        }
    }
}
