namespace LoraFaaS.ControlPlane.Workers;

/// <summary>A command whose result is awaited.</summary>
internal sealed class PendingCommand(WorkerCommand command)
{
    // Continuations run elsewhere: the session's reader completes this and must not run a waiter's code.
    private readonly TaskCompletionSource<CommandOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerCommand Command { get; } = command;

    public Task<CommandOutcome> Outcome => _outcome.Task;

    public void Complete(CommandOutcome outcome) => _outcome.TrySetResult(outcome);
}
