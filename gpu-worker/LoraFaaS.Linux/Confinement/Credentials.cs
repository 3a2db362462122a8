using System.Buffers.Binary;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>
/// Who the calling thread is. By system call and not through the C library, which would change every thread of the process: a probe's
/// thread must not take its process along, and a launcher's other threads end at execve.
/// </summary>
public static unsafe class Credentials
{
    private const uint CapabilityVersion3 = 0x20080522;
    private const int DropFromBoundingSet = 24;
    private const int ReadBoundingSet = 23;

    private static readonly nint SetGroups = CallNumbers.Of(x64: 116, arm64: 159);
    private static readonly nint SetUserIds = CallNumbers.Of(x64: 117, arm64: 147);
    private static readonly nint SetGroupIds = CallNumbers.Of(x64: 119, arm64: 149);
    private static readonly nint GetUserId = CallNumbers.Of(x64: 107, arm64: 174);
    private static readonly nint SetCapabilities = CallNumbers.Of(x64: 126, arm64: 91);

    public static bool IsRoot => LibC.geteuid() == 0;

    public static uint UserId => (uint)LibC.syscall(GetUserId, 0, 0, 0, 0, 0, 0);

    /// <summary>User and group alike, and no other group.</summary>
    public static void Become(uint user)
    {
        Check(LibC.syscall(SetGroups, 0, 0, 0, 0, 0, 0), "setgroups");
        Check(LibC.syscall(SetGroupIds, (nint)user, (nint)user, (nint)user, 0, 0, 0), "setresgid");
        Check(LibC.syscall(SetUserIds, (nint)user, (nint)user, (nint)user, 0, 0, 0), "setresuid");
    }

    /// <summary>No more than this: a process that may not drop from the bounding set has nothing there that no_new_privs would let it gain.</summary>
    public static void NarrowBoundingSet()
    {
        for (nuint capability = 0; LibC.prctl(ReadBoundingSet, capability, 0, 0, 0) >= 0; capability++)
        {
            if (LibC.prctl(DropFromBoundingSet, capability, 0, 0, 0) != 0)
            {
                return;
            }
        }
    }

    public static void DropCapabilities()
    {
        Span<byte> header = stackalloc byte[8];
        Span<byte> none = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, CapabilityVersion3);
        header[4..].Clear();
        none.Clear();

        fixed (byte* head = header, data = none)
        {
            Check(LibC.syscall(SetCapabilities, (nint)head, (nint)data, 0, 0, 0, 0), "capset");
        }
    }

    private static void Check(nint result, string call)
    {
        if (result != 0)
        {
            throw LinuxException.Last(call);
        }
    }
}
