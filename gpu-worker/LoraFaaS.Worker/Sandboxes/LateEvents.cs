namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Events of sequences that nobody waits for any more: as many may come as those had credits for. What is more a sandbox says to nobody, and only to be heard.
/// </summary>
internal sealed class LateEvents
{
    private long _left;

    /// <summary>Before the sequence is off the list: its next event may be read at this moment.</summary>
    public void Allow(SandboxSequence released) => Interlocked.Add(ref _left, released.MostEvents);

    public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
}
