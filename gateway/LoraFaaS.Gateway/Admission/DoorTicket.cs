using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Gateway.Admission;

/// <summary>One who waits for a place. Belongs to the door's queue, but for its turn, which is waited for outside.</summary>
internal sealed class DoorTicket(DoorLineState line, FunctionPriority priority, double cost, long arrival)
{
    public DoorLineState Line => line;

    public FunctionPriority Priority => priority;

    public double Cost => cost;

    public long Arrival => arrival;

    /// <summary>True: it has a place. False: it had to make room for somebody who waits behind fewer of its own.</summary>
    public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
