namespace LoraFaaS.Contracts.Functions;

/// <summary>A function's share of a contended device, by weight against the others'. It buys nothing while nobody else waits.</summary>
public enum FunctionPriority
{
    /// <summary>Weight 1.</summary>
    Normal = 0,

    /// <summary>Weight ¼.</summary>
    Low = 1,

    /// <summary>Weight 4.</summary>
    High = 2,
}
