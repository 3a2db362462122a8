namespace LoraFaaS.Linux.Memory;

/// <summary>PROT_* bits of a mapping.</summary>
[Flags]
public enum MemoryAccess
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
}
