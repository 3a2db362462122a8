using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>One generation as its reader sees it.</summary>
internal sealed class TestGeneration(WorkerSide worker, ulong id, bool returnsCredits)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<GenerateEvent> _events = [];

    public ulong Id => id;

    public IReadOnlyList<GenerateEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    private GenerateEvent? Last => Events is [.., var last] ? last : null;

    public int[] Ids => [.. Events.Where(e => e.Tokens is not null).SelectMany(e => e.Tokens.Ids)];

    public string Text => string.Concat(Events.Where(e => e.Tokens is not null).Select(e => e.Tokens.Text));

    public Finished Finished => Events.Select(e => e.Finished).SingleOrDefault(f => f is not null)
        ?? throw new InvalidOperationException($"It did not finish: {Last}");

    public Failed Failed => Events.Select(e => e.Failed).SingleOrDefault(f => f is not null)
        ?? throw new InvalidOperationException($"It did not fail: {Last}");

    /// <summary>Finished or Failed has come.</summary>
    public async Task<TestGeneration> EndedAsync()
    {
        await Patience.ForAsync(_ended.Task);
        return this;
    }

    /// <summary>A first token has come.</summary>
    public Task FirstTokenAsync() => Patience.ForAsync(_first.Task);

    public Task CancelAsync(int cause) =>
        worker.SendAsync(new Protocol.Sandbox.ToSandbox { Cancel = new Protocol.Sandbox.Cancel { Sequence = id, Cause = cause } });

    internal async Task TakeAsync(GenerateEvent happened)
    {
        lock (_gate)
        {
            _events.Add(happened);
        }

        if (happened.Tokens is not null)
        {
            _first.TrySetResult();
        }

        if (happened.Finished is not null || happened.Failed is not null)
        {
            _first.TrySetResult();
            _ended.TrySetResult();
        }
        else if (returnsCredits)
        {
            await worker.CreditAsync(id, 1);
        }
    }

    internal void Lose()
    {
        _first.TrySetException(new IOException("The sandbox closed the connection."));
        _ended.TrySetException(new IOException("The sandbox closed the connection."));
        _ = _first.Task.Exception;
        _ = _ended.Task.Exception;
    }
}
