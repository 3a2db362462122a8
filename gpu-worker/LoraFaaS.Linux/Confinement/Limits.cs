using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>setrlimit(2), soft and hard alike.</summary>
public static unsafe class Limits
{
    private const int FileTooLarge = 25;
    private const nint Ignore = 1;

    /// <summary>One byte too many in a file is an error to the program that writes it (EFBIG) and not its end; an executed program keeps this.</summary>
    public static void SurviveFileSize() => LibC.signal(FileTooLarge, Ignore);

    /// <summary>One that is lower already stays where it cannot be raised, which takes a privilege.</summary>
    public static void Set(ResourceLimit limit)
    {
        var both = stackalloc ulong[2] { limit.Value, limit.Value };

        if (LibC.setrlimit((int)limit.Resource, both) == 0)
        {
            return;
        }

        if ((Errno)Marshal.GetLastPInvokeError() is not Errno.NotPermitted || LibC.getrlimit((int)limit.Resource, both) != 0)
        {
            throw LinuxException.Last($"setrlimit({limit.Resource})");
        }

        both[0] = both[1];

        if (both[1] > limit.Value || LibC.setrlimit((int)limit.Resource, both) != 0)
        {
            throw LinuxException.Last($"setrlimit({limit.Resource})");
        }
    }
}
