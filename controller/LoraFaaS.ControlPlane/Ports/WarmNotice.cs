using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>News among controllers.</summary>
public abstract record WarmNotice
{
    private WarmNotice()
    {
    }

    /// <summary>Anything may have changed: read all again.</summary>
    public sealed record Everything : WarmNotice;

    /// <summary>The catalogue has a new version.</summary>
    public sealed record Catalogue : WarmNotice;

    /// <summary>A worker came, went, or moved an artifact.</summary>
    public sealed record Worker(WorkerId Id) : WarmNotice;

    /// <summary>Whoever holds this worker's session tells it to drain, or to resume.</summary>
    public sealed record Drain(WorkerId Id, bool Resume) : WarmNotice;

    /// <summary>A function has new log lines.</summary>
    public sealed record Log(FunctionId Function) : WarmNotice;
}
