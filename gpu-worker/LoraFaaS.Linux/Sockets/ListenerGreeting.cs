using System.Net.Sockets;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Sockets;

/// <summary>
/// The first byte on a confined process's socket, sent by its launcher: everything is in force. Beside it travels the filter's listener,
/// if there is one. After it the connection belongs to the program.
/// </summary>
public static class ListenerGreeting
{
    private const byte Confined = 0x1;

    public static void Send(Socket socket, SafeFileHandle? listener)
    {
        ArgumentNullException.ThrowIfNull(socket);

        if (listener is null)
        {
            socket.Send([Confined]);
        }
        else if (DescriptorMessage.TrySend(socket.SafeHandle, [Confined], listener) != 1)
        {
            throw new LinuxException("sendmsg", Errno.WouldBlock);
        }
    }

    /// <exception cref="InvalidDataException">What came is no greeting, or nothing came.</exception>
    public static async Task<SafeFileHandle?> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var first = new byte[1];
        List<SafeFileHandle> descriptors = [];

        // A receive of no bytes completes when there is something to read, and takes nothing.
        await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        var received = DescriptorMessage.TryReceive(socket.SafeHandle, first, descriptors);

        if (received == 1 && first[0] == Confined && descriptors.Count <= 1)
        {
            return descriptors.Count == 1 ? descriptors[0] : null;
        }

        descriptors.ForEach(descriptor => descriptor.Dispose());
        throw new InvalidDataException("The launcher ended before it had confined the process.");
    }
}
