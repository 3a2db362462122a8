namespace LoraFaaS.Linux.Cgroups;

/// <summary>What one group may use.</summary>
/// <param name="MemoryBytes">Anonymous memory, tmpfs and page cache it was first to touch. The backbone's pages are the worker's, who wrote them.</param>
/// <param name="CpuWeight">Its share against its neighbours when the processors are all busy, 1 to 10 000; 100 is usual.</param>
/// <param name="Threads">Threads and processes.</param>
public sealed record CgroupLimits(long MemoryBytes, int CpuWeight, int Threads);
