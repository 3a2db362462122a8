namespace LoraFaaS.Worker.Memory;

/// <summary>Both books, for those who only read them.</summary>
internal sealed record MemoryBooks(DeviceLedger Device, HostLedger Host);
