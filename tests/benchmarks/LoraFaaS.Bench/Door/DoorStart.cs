namespace LoraFaaS.Bench.Door;

/// <summary>One gateway's process, measured beside the same bare forwarder turn by turn.</summary>
/// <param name="Micros">Processor time of its process a call, without its compiler's.</param>
/// <param name="ForwarderMicros">The forwarder's, in the same turns.</param>
/// <param name="PerSecond">Calls, the median turn.</param>
/// <param name="ForwarderPerSecond">The forwarder's.</param>
internal readonly record struct DoorStart(double Micros, double ForwarderMicros, double PerSecond, double ForwarderPerSecond)
{
    public double Share => PerSecond / ForwarderPerSecond;
}
