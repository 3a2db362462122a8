namespace LoraFaaS.Linux.Calls;

/// <summary>A call that waits for an answer. Its arguments are registers as they were; what they point to may change at any time.</summary>
public readonly record struct AskedCall(
    ulong Id, int ThreadId, SystemCall Call, ulong Argument0, ulong Argument1, ulong Argument2, ulong Argument3 = 0, ulong Argument4 = 0)
{
    /// <summary>The kernel's own spelling, or the number of a call this project does not name.</summary>
    public string Name => Enum.IsDefined(Call) ? CallNames.Of(Call) : $"call {(int)Call}";
}
