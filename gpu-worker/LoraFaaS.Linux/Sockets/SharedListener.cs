using System.Net;
using System.Net.Sockets;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Sockets;

/// <summary>
/// A bound socket that several processes accept from: the kernel keeps one queue of connections for all of them, and keeps it as long as one has the socket open. Leaving it takes care: .NET
/// makes a socket's close abortive where an accept was under way (SO_LINGER, which the others' connections would inherit), so what is accepted from is a view that owns nothing, and the
/// descriptor is closed by close(2) alone.
/// </summary>
public sealed class SharedListener : IDisposable
{
    private const int DuplicateCloseOnExec = 1030;

    private SharedListener(SafeFileHandle descriptor)
    {
        Descriptor = descriptor;
        Here = new Socket(new SafeSocketHandle(descriptor.DangerousGetHandle(), ownsHandle: false));
    }

    /// <summary>What another process is given a copy of.</summary>
    public SafeFileHandle Descriptor { get; }

    /// <summary>What this process accepts from. Disposing it ends that, and nothing else.</summary>
    public Socket Here { get; }

    public EndPoint LocalEndPoint => Here.LocalEndPoint!;

    /// <param name="bound">Bound, and disposed by this: the queue goes on in a descriptor of its own.</param>
    /// <exception cref="LinuxException">There are no descriptors left.</exception>
    public static SharedListener Of(Socket bound)
    {
        ArgumentNullException.ThrowIfNull(bound);

        using (bound)
        using (var view = new SafeFileHandle(bound.Handle, ownsHandle: false))
        {
            var copy = LibC.fcntl(view, DuplicateCloseOnExec, 0);
            return copy >= 0 ? new SharedListener(new SafeFileHandle(copy, ownsHandle: true)) : throw LinuxException.Last("fcntl(F_DUPFD_CLOEXEC)");
        }
    }

    /// <param name="descriptor">One that came from another process; owned from now on.</param>
    /// <exception cref="SocketException">It is no socket.</exception>
    public static SharedListener Of(SafeFileHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return new SharedListener(descriptor);
    }

    /// <summary>This process takes no more connections from it. The queue lives while another process has it.</summary>
    public void Dispose()
    {
        Here.Dispose();
        Descriptor.Dispose();
    }
}
