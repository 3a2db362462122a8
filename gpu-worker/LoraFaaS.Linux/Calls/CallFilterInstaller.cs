using System.Collections.Immutable;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Calls;

/// <summary>seccomp(2) for the calling thread. Needs no_new_privs.</summary>
public static unsafe class CallFilterInstaller
{
    private const int SetFilter = 1;
    private const int NewListener = 8;

    /// <summary>The number is not the same everywhere, and neither is the filter's table.</summary>
    public static bool IsSupported => RuntimeInformation.ProcessArchitecture is Architecture.X64;

    /// <returns>Where asked calls arrive, if the filter asks; the caller hands it to whoever answers them.</returns>
    public static SafeFileHandle? Install(ImmutableArray<BpfInstruction> program, bool listens)
    {
        fixed (BpfInstruction* start = program.AsSpan())
        {
            // struct sock_fprog: a length of 16 bits and a pointer.
            var filter = stackalloc nint[2] { program.Length, (nint)start };
            var result = LibC.syscall(CallNumbers.Of(x64: 317, arm64: 277), SetFilter, listens ? NewListener : 0, (nint)filter, 0, 0, 0);

            if (result < 0)
            {
                throw LinuxException.Last("seccomp");
            }

            return listens ? new SafeFileHandle(result, ownsHandle: true) : null;
        }
    }
}
