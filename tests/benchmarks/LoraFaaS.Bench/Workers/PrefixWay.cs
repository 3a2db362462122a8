using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Bench.Workers;

/// <summary>One way to a first token, and what its calls took.</summary>
/// <param name="Name">As reported.</param>
/// <param name="Copy">The nearest copy of the prompt's keys and values that is left; remote: none.</param>
internal sealed record PrefixWay(string Name, StorageTier Copy)
{
    public List<TimedCall> Calls { get; } = [];

    /// <summary>It is called while its sandbox and its prefix are there.</summary>
    public bool IsWarm => Copy is StorageTier.Device;
}
