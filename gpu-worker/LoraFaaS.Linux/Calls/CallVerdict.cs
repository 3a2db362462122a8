namespace LoraFaaS.Linux.Calls;

/// <summary>What a filter does with a call (SECCOMP_RET_*).</summary>
public static class CallVerdict
{
    public const uint Allow = 0x7fff0000;
    public const uint KillProcess = 0x80000000;

    /// <summary>The call waits until the holder of the filter's listener answers it.</summary>
    public const uint Ask = 0x7fc00000;

    private const uint Fail = 0x00050000;

    public static uint FailWith(Native.Errno errno) => Fail | (uint)errno;
}
