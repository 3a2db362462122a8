using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Generation;

/// <summary>Events of one generation between the socket and the code that reads them: never more than the worker was given credits for.</summary>
internal sealed class PendingGeneration(uint index)
{
    private const int EventsBeyondCredits = 3;

    private readonly Channel<GenerateEvent> _events = Channel.CreateBounded<GenerateEvent>(
        new BoundedChannelOptions(HandlerLimits.GenerationCredits + EventsBeyondCredits) { SingleReader = true, SingleWriter = true });

    public uint Index { get; } = index;

    /// <summary>Its last event has come.</summary>
    public bool HasEnded { get; private set; }

    public void Accept(GenerateEvent happened)
    {
        _events.Writer.TryWrite(happened);

        if (happened.KindCase is GenerateEvent.KindOneofCase.Finished or GenerateEvent.KindOneofCase.Failed)
        {
            HasEnded = true;
            _events.Writer.TryComplete();
        }
    }

    /// <param name="credit">Called with this index and a number of credits to give back, in halves of the window.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<GenerateEvent> ReadAsync(Func<uint, int, ValueTask> credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var owed = 0;

        await foreach (var happened in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return happened;

            if (++owed == HandlerLimits.GenerationCredits / 2)
            {
                await credit(Index, owed);
                owed = 0;
            }
        }
    }
}
