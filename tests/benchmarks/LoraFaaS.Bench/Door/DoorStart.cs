namespace LoraFaaS.Bench.Door;

/// <summary>One gateway's process, measured beside the same bare forwarder turn by turn.</summary>
/// <param name="Micros">Processor time of its process a call, without its compiler's.</param>
/// <param name="ForwarderMicros">The forwarder's, in the same turns.</param>
/// <param name="PerSecond">Calls, the median turn.</param>
/// <param name="ForwarderPerSecond">The forwarder's.</param>
/// <param name="AddedMs">To a call straight to the worker, one client, p50.</param>
/// <param name="AddedAtHalfMs">The same at half of those calls a second, from when each was due, p99; each connection has calls of its own (<see cref="OwnCalls"/>).</param>
/// <param name="PooledAddedAtHalfMs">The same where any free connection makes the next call (<see cref="PooledCalls"/>).</param>
/// <param name="RelayAddedAtHalfMs">That of a process that passes bytes on unread, in the same turns.</param>
/// <param name="MethodsAtHalf">Compiled by the gateway while that was counted, in the turn with the most.</param>
internal readonly record struct DoorStart(double Micros, double ForwarderMicros, double PerSecond, double ForwarderPerSecond, double AddedMs, double AddedAtHalfMs,
    double PooledAddedAtHalfMs, double RelayAddedAtHalfMs, long MethodsAtHalf)
{
    public double Share => PerSecond / ForwarderPerSecond;
}
