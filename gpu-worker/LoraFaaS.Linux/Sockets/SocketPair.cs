using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Sockets;

/// <summary>Two connected Unix stream sockets without a name (socketpair(2)), as descriptors that can be handed to another process.</summary>
public static class SocketPair
{
    private const int Unix = 1;
    private const int StreamCloseOnExec = 0x1 | 0x80000;

    /// <summary>Both ends are the caller's to close.</summary>
    /// <exception cref="LinuxException">There are no descriptors left.</exception>
    public static unsafe (SafeFileHandle One, SafeFileHandle Other) Create()
    {
        var ends = stackalloc int[2];

        if (LibC.socketpair(Unix, StreamCloseOnExec, 0, ends) != 0)
        {
            throw LinuxException.Last("socketpair");
        }

        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }
}
