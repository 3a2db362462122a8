namespace LoraFaaS.Simulator.Events;

/// <summary>What happens.</summary>
internal enum EventKind
{
    /// <summary>Everything a call needs is in place.</summary>
    Ready,
    PrefillDone,
    Finish,

    /// <summary>A process's keep-alive may be over.</summary>
    Idle,
    Tick,
}
