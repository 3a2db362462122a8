namespace LoraFaaS.Simulator.Running;

/// <summary>A shared backbone on a device.</summary>
internal sealed class BackboneCopy
{
    public bool Exists { get; set; }

    public double ReadyAt { get; set; }

    public double LastUse { get; set; }

    public double BilledAt { get; set; }

    /// <summary>Since when no process on it has work.</summary>
    public double IdleSince { get; set; }

    /// <summary>Processes on it that have work.</summary>
    public int Busy { get; set; }

    /// <summary>Processes on it.</summary>
    public int Users { get; set; }
}
