namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A sandbox program that could not be started, or ended before it connected.</summary>
internal sealed class SandboxStartException : Exception
{
    public SandboxStartException(string message)
        : base(message)
    {
    }

    public SandboxStartException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>It was started and then ended, whether by a kill or by a fault of its own: another may do better.</summary>
    public bool IsEarlyEnd { get; init; }
}
