using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Postgres.Async;

/// <summary>A call on its way into the table, and what its caller waits for.</summary>
internal sealed class PendingEnqueue(AsyncRequest request, QueueBounds bounds)
{
    private readonly TaskCompletionSource<EnqueueOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AsyncRequest Request => request;

    public QueueBounds Bounds => bounds;

    public Task<EnqueueOutcome> Done => _done.Task;

    public void Complete(EnqueueOutcome outcome) => _done.TrySetResult(outcome);

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
