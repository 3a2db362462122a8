namespace LoraFaaS.Linux.Cgroups;

/// <summary>How often the processes of a group ran against its limits since it was made.</summary>
/// <param name="MemoryRefusals">Times that the memory limit was reached.</param>
/// <param name="MemoryKills">Processes that the kernel ended for it.</param>
/// <param name="ThreadRefusals">Threads that were not started.</param>
public readonly record struct CgroupEvents(long MemoryRefusals, long MemoryKills, long ThreadRefusals);
