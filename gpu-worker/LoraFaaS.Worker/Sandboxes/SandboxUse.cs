namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A sandbox that is not stopped for being idle until this is disposed.</summary>
internal sealed class SandboxUse(ResidentSandbox sandbox, bool wasWarm) : IDisposable
{
    private int _ended;

    public ResidentSandbox Sandbox { get; } = sandbox;

    /// <summary>It was there when asked for.</summary>
    public bool WasWarm { get; } = wasWarm;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Sandbox.EndUse();
        }
    }
}
