using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>One invocation in the queue's eyes. <see cref="IsRunning"/> belongs to the loop alone.</summary>
internal sealed class QueueTicket(SandboxKey sandbox, FunctionId function, TimeSpan? slo, TimeSpan timeLeft, long arrivedAt)
{
    private readonly TaskCompletionSource<Turn> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SandboxKey Sandbox { get; } = sandbox;

    public FunctionId Function { get; } = function;

    public TimeSpan? Slo { get; } = slo;

    /// <summary>Until its deadline, when it came to the queue.</summary>
    public TimeSpan TimeLeft { get; } = timeLeft;

    /// <summary>At the queue, on the monotonic clock.</summary>
    public long ArrivedAt { get; } = arrivedAt;

    public bool IsRunning { get; set; }

    public Task<Turn> Turn => _turn.Task;

    public void Decide(Turn turn) => _turn.TrySetResult(turn);
}
