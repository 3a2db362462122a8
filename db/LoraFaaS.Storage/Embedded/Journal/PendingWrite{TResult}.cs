namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>A write and the result its caller waits for.</summary>
internal sealed class PendingWrite<TState, TEntry, TResult>(Func<TState, (TResult Result, TEntry? Entry)> decide) : PendingWrite<TState, TEntry>
    where TEntry : class
{
    private readonly TaskCompletionSource<TResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Done => _done.Task;

    public override TEntry? Decide(TState state)
    {
        (_result, var entry) = decide(state);
        return entry;
    }

    public override void Complete() => _done.TrySetResult(_result!);

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
