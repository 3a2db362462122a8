using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Functions;
using LoraFaaS.Handler.Connection;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Generation;

/// <summary>One invocation's generator: asks the worker over the socket and hands the events on as the code reads them.</summary>
internal sealed class SocketGenerator(ulong invocation, Outbox outbox, CancellationToken withdrawn) : IGenerator
{
    private readonly ConcurrentDictionary<uint, PendingGeneration> _pending = new();
    private readonly ConditionalWeakTable<GenerationException, object> _failures = [];

    /// <summary>Holds one item for each generation that runs.</summary>
    private readonly Channel<uint> _places = Channel.CreateBounded<uint>(HandlerLimits.MaxGenerationsAtOnce);
    private uint _last;

    public async IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, withdrawn);

        // The worker refuses what is more than it allows at once; here it only waits its turn.
        var pending = new PendingGeneration(Interlocked.Increment(ref _last));
        await _places.Writer.WriteAsync(pending.Index, either.Token);
        _pending[pending.Index] = pending;

        try
        {
            await outbox.SendAsync(new FromHandler { Ask = AskWriter.Write(invocation, pending.Index, request) }, either.Token);

            await foreach (var happened in pending.ReadAsync(CreditAsync, either.Token))
            {
                switch (happened.KindCase)
                {
                    case GenerateEvent.KindOneofCase.Tokens when happened.Tokens.Text.Length > 0:
                        yield return new GenerationEvent.Text(happened.Tokens.Text);
                        break;
                    case GenerateEvent.KindOneofCase.Finished:
                        yield return Complete(happened.Finished);
                        yield break;
                    case GenerateEvent.KindOneofCase.Failed:
                        throw Failure(pending.Index, happened.Failed);
                    default:
                        break;
                }
            }
        }
        finally
        {
            _pending.TryRemove(pending.Index, out _);
            _places.Reader.TryRead(out _);

            if (!pending.HasEnded)
            {
                outbox.TrySend(new FromHandler { GenerationLeft = new GenerationLeft { Invocation = invocation, Generation = pending.Index } });
            }
        }
    }

    public void Deliver(Generated generated) => _pending.GetValueOrDefault(generated.Generation)?.Accept(generated.Event);

    /// <summary>Which generation failed with it; 0: none of this invocation's.</summary>
    public uint IndexOf(GenerationException failure) => _failures.TryGetValue(failure, out var index) ? (uint)index : 0;

    private ValueTask CreditAsync(uint generation, int credits) => outbox.SendAsync(
        new FromHandler { GenerationCredit = new GenerationCredit { Invocation = invocation, Generation = generation, Credits = credits } }, withdrawn);

    private static GenerationEvent.Completed Complete(Finished finished) => new(
        finished.Reason is FinishReason.Length ? GenerationEnd.Length : GenerationEnd.Stop,
        new GenerationUsage(finished.PromptTokens, finished.CompletionTokens));

    private GenerationException Failure(uint index, Failed failed)
    {
        var failure = new GenerationException(ErrorCodes.FromWire(failed.Code), failed.Message);
        _failures.Add(failure, index);
        return failure;
    }
}
