namespace LoraFaaS.Bench.Machine;

/// <summary>What a watch noted.</summary>
/// <param name="IsMachines">It ran before everything else: what it saw is the machine's own. Otherwise other processes' turns are in it.</param>
internal sealed record MachineRecord(bool IsMachines, IReadOnlyList<Hesitation> Hesitations, IReadOnlyList<MemoryGlance> Glances);
