using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Handlers;

namespace LoraFaaS.Worker.Invocations;

/// <summary>A generation's events on their way to the code that asked for it, against its credits. Text only: ids and timings are no concern of code.</summary>
internal sealed class HandlerSink : IEventSink, IDisposable
{
    private readonly HandlerCall _call;
    private readonly uint _generation;
    private readonly SemaphoreSlim _credits;
    private readonly CancellationTokenSource _left;
    private readonly Lock _gate = new();
    private bool _ended;

    public HandlerSink(HandlerCall call, uint generation, int credits, CancellationToken aborted)
    {
        _call = call;
        _generation = generation;
        _credits = new SemaphoreSlim(credits);
        _left = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Left = _left.Token;
    }

    /// <summary>The code wants no more of it, or nobody wants the invocation.</summary>
    public CancellationToken Left { get; }

    public async ValueTask WriteAsync(GenerateEvent happened, CancellationToken cancellationToken)
    {
        if (happened.KindCase is not GenerateEvent.KindOneofCase.Tokens || happened.Tokens.Text.Length == 0)
        {
            return;
        }

        await _credits.WaitAsync(cancellationToken);
        await _call.SendAsync(_generation, new GenerateEvent { Tokens = new Tokens { Text = happened.Tokens.Text } }, cancellationToken);
    }

    /// <summary>More than the window at once is no credit: it is a lie about room that is not there.</summary>
    public void AddCredits(int credits)
    {
        lock (_gate)
        {
            if (!_ended && credits is > 0 and <= HandlerLimits.GenerationCredits && _credits.CurrentCount + credits <= HandlerLimits.GenerationCredits)
            {
                _credits.Release(credits);
            }
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _left.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
        }

        _left.Dispose();
        _credits.Dispose();
    }
}
