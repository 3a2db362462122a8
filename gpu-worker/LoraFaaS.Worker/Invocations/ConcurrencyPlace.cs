namespace LoraFaaS.Worker.Invocations;

/// <summary>One invocation in a <see cref="ConcurrencyLine"/>, with so many of its generations under way.</summary>
internal sealed class ConcurrencyPlace(string key)
{
    private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Key => key;

    public Task Granted => _granted.Task;

    public bool IsGranted => _granted.Task.IsCompleted;

    public int Generations { get; set; }

    public void Grant() => _granted.SetResult();
}
