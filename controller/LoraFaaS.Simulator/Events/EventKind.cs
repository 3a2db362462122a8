namespace LoraFaaS.Simulator.Events;

/// <summary>What happens.</summary>
internal enum EventKind
{
    /// <summary>Everything a call needs is in place.</summary>
    Ready,

    /// <summary>The adapter of a call whose turn had come is there again.</summary>
    Back,
    PrefillDone,

    /// <summary>A decode step that a prefill waits for is over.</summary>
    StepEnd,
    Finish,

    /// <summary>A process's keep-alive may be over.</summary>
    Idle,
    Tick,
}
