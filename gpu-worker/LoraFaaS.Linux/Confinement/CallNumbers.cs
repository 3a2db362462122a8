using System.Runtime.InteropServices;

namespace LoraFaaS.Linux.Confinement;

/// <summary>System calls whose number differs between architectures; from 424 (pidfd_send_signal) on they are the same.</summary>
internal static class CallNumbers
{
    internal static nint Of(int x64, int arm64) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => x64,
        Architecture.Arm64 => arm64,
        var other => throw new PlatformNotSupportedException($"No table of system calls for {other}."),
    };
}
