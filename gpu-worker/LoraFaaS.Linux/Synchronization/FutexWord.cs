using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Linux.Synchronization;

/// <summary>A 32-bit word of a shared page, and what it is while there is nothing to do. The page must stay mapped while somebody waits.</summary>
public readonly record struct FutexWord(SharedPage Page, int Offset, uint Expected);
