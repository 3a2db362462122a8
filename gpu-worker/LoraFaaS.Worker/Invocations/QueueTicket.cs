using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>One invocation in the queue's eyes. <see cref="IsRunning"/> and <see cref="GrantedAt"/> belong to the loop alone.</summary>
/// <param name="sandbox">Where it is to run.</param>
/// <param name="function">Whose it is.</param>
/// <param name="slo">Until its first token was promised, from its coming to the queue; null: no promise.</param>
/// <param name="timeLeft">Until its deadline, from then on.</param>
/// <param name="arrivedAt">At the queue, on the monotonic clock.</param>
internal sealed class QueueTicket(SandboxKey sandbox, FunctionId function, TimeSpan? slo, TimeSpan timeLeft, long arrivedAt)
{
    private readonly TaskCompletionSource<Turn> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SandboxKey Sandbox { get; } = sandbox;

    public FunctionId Function { get; } = function;

    public TimeSpan? Slo { get; } = slo;

    public TimeSpan TimeLeft { get; } = timeLeft;

    public long ArrivedAt { get; } = arrivedAt;

    /// <summary>Its function's share against others'.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Loading that was done for it, or that its coming made necessary elsewhere.</summary>
    public TimeSpan LoadTime { get; init; }

    /// <summary>Its tokens come one by one. Of an answer that comes as a whole nobody hears when the first one was made.</summary>
    public bool SaysItsFirstToken { get; init; }

    /// <summary>What it was served, in tokens of the backbone; set before it leaves.</summary>
    public double Cost { get; set; }

    public bool IsRunning { get; set; }

    public long GrantedAt { get; set; }

    public Task<Turn> Turn => _turn.Task;

    public void Decide(Turn turn) => _turn.TrySetResult(turn);
}
