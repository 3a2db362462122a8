using System.Runtime.InteropServices;

namespace LoraFaaS.Attacks.Network;

/// <summary>The one socket of a confined process, past everything that its program does with it.</summary>
public static unsafe partial class RawSocket
{
    private const int Socket = 3, SocketLevel = 1, Rights = 1;

    private const int WouldBlock = 11;
    private const long Writable = 0x0004_0000_0000;

    /// <summary>All of them, however long the other end takes to read. False: it reads no more.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;

            fixed (byte* start = bytes)
            {
                written = write(Socket, start, bytes.Length);
            }

            if (written > 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            if (Marshal.GetLastPInvokeError() != WouldBlock)
            {
                return false;
            }

            // struct pollfd: descriptor, wanted, seen.
            var poll = Socket | Writable;
            _ = RawSocket.poll(&poll, 1, -1);
        }

        return true;
    }

    /// <summary>Bytes with descriptors beside them, as many times this one.</summary>
    public static bool TryPass(ReadOnlySpan<byte> bytes, int descriptor, int times)
    {
        // struct cmsghdr: length, level and type; then the descriptors.
        var control = stackalloc byte[16 + (64 * sizeof(int))];
        *(long*)control = 16 + (times * sizeof(int));
        ((int*)control)[2] = SocketLevel;
        ((int*)control)[3] = Rights;
        new Span<int>(control + 16, times).Fill(descriptor);

        fixed (byte* start = bytes)
        {
            var vector = stackalloc nint[2] { (nint)start, bytes.Length };

            // struct msghdr: name, its length, vectors, their number, control, its length, flags.
            var message = stackalloc nint[7] { 0, 0, (nint)vector, 1, (nint)control, 16 + (((times * sizeof(int)) + 7) & ~7), 0 };
            return sendmsg(Socket, message, 0) == bytes.Length;
        }
    }

    /// <summary>The program's reader sleeps until the kernel tells it of bytes: it is told of none from here on.</summary>
    public static void StopReading()
    {
        const int Delete = 2;

        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(entry).LinkTarget == "anon_inode:[eventpoll]")
            {
                _ = epoll_ctl(int.Parse(Path.GetFileName(entry), System.Globalization.CultureInfo.InvariantCulture), Delete, Socket, null);
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, void* wanted);

    [LibraryImport("libc")]
    private static partial int poll(void* descriptors, nint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc")]
    private static partial nint sendmsg(int descriptor, void* message, int flags);
}
