namespace LoraFaaS.Contracts.Admin;

/// <summary>Of <see cref="InvocationStats"/>, the calls that did not compute what their prompts begin with, by where it was.</summary>
/// <param name="Device">In the sandbox's pages.</param>
/// <param name="Host">Put back from the worker's memory.</param>
/// <param name="Disk">Put back from the worker's disk.</param>
/// <param name="Bytes">That were put back, from either.</param>
public sealed record PrefixStats(long Device, long Host, long Disk, long Bytes)
{
    public static readonly PrefixStats None = new(0, 0, 0, 0);
}
