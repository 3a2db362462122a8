using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Commands on their way to the engine loop, whose thread blocks here while it has nothing to do. Full means that the loop is behind:
/// whoever posts waits, and through it the worker, whose frames are then not read.
/// </summary>
internal sealed class LoopInbox(int capacity = 1_024) : IDisposable
{
    private readonly Channel<LoopCommand> _commands = Channel.CreateBounded<LoopCommand>(new BoundedChannelOptions(capacity) { SingleReader = true });
    private readonly AutoResetEvent _posted = new(initialState: false);
    private volatile bool _isClosed;

    /// <summary>The loop is to end at once, whatever still lies here.</summary>
    public bool IsClosed => _isClosed;

    public async ValueTask PostAsync(LoopCommand command, CancellationToken cancellationToken)
    {
        await _commands.Writer.WriteAsync(command, cancellationToken);
        _posted.Set();
    }

    public bool TryTake([NotNullWhen(true)] out LoopCommand? command) => _commands.Reader.TryRead(out command);

    /// <summary>Blocks until something may have been posted. May return early; never misses a post.</summary>
    public void Wait() => _posted.WaitOne();

    /// <summary>The loop comes round once more, with nothing to do.</summary>
    public void Wake() => _posted.Set();

    public void Close()
    {
        _isClosed = true;
        _posted.Set();
    }

    public void Dispose() => _posted.Dispose();
}
