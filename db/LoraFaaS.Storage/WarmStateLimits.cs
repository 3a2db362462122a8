namespace LoraFaaS.Storage;

/// <summary>Bounds that hold for every warm state.</summary>
internal static class WarmStateLimits
{
    /// <summary>Log lines kept of a function.</summary>
    public const int LogLines = 1_000;
}
