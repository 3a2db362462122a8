namespace LoraFaaS.Worker.Isolation;

/// <summary>What a confined process ran against.</summary>
internal enum Violation
{
    /// <summary>A call that was refused.</summary>
    Call,

    /// <summary>Its memory limit.</summary>
    Memory,

    /// <summary>Its limit of threads.</summary>
    Threads,

    /// <summary>Its allowance of processor time.</summary>
    Processors,

    /// <summary>A signal that nobody sent: a write to what is sealed, or the memory limit.</summary>
    Signal,
}
