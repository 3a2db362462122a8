using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Sockets;

/// <summary>sendmsg(2) and recvmsg(2) with SCM_RIGHTS, never blocking: what .NET's Socket cannot do.</summary>
internal static unsafe class DescriptorMessage
{
    /// <summary>Most descriptors one message may carry; our frames carry one.</summary>
    internal const int MaxDescriptors = 4;

    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int CloseOnExec = 0x40000000;
    private const int ControlTruncated = 0x08;

    private static readonly int HeaderBytes = sizeof(ControlHeader);

    /// <summary>Bytes sent; -1 when the socket's buffer is full.</summary>
    internal static int TrySend(SafeHandle socket, ReadOnlySpan<byte> bytes, SafeFileHandle descriptor)
    {
        var held = false;
        descriptor.DangerousAddRef(ref held);

        try
        {
            // CMSG_SPACE(sizeof(int)) is 24; 32 keeps it aligned.
            var control = stackalloc long[4];
            var header = (ControlHeader*)control;
            header->Length = (nuint)(HeaderBytes + sizeof(int));
            header->Level = SocketLevel;
            header->Type = Rights;
            Unsafe.WriteUnaligned((byte*)control + HeaderBytes, (int)descriptor.DangerousGetHandle());

            fixed (byte* start = bytes)
            {
                var vector = new IoVector { Base = start, Length = (nuint)bytes.Length };
                var message = new MessageHeader
                {
                    Vectors = &vector,
                    VectorCount = 1,
                    Control = control,
                    ControlLength = (nuint)(HeaderBytes + sizeof(long)),
                };

                while (true)
                {
                    var sent = LibC.sendmsg(socket, &message, DontWait | NoSignal);

                    if (sent >= 0)
                    {
                        return (int)sent;
                    }

                    switch ((Errno)Marshal.GetLastPInvokeError())
                    {
                        case Errno.Interrupted:
                            continue;
                        case Errno.WouldBlock:
                            return -1;
                        case var errno:
                            throw new LinuxException("sendmsg", errno);
                    }
                }
            }
        }
        finally
        {
            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Bytes received, 0 at the end; -1 when nothing is there yet. What descriptors came with them are added, close-on-exec.</summary>
    internal static int TryReceive(SafeHandle socket, Span<byte> bytes, ICollection<SafeFileHandle> descriptors)
    {
        const int ControlWords = 2 + (MaxDescriptors * sizeof(int) / sizeof(long)) + 1;
        var control = stackalloc long[ControlWords];

        fixed (byte* start = bytes)
        {
            var vector = new IoVector { Base = start, Length = (nuint)bytes.Length };
            var message = new MessageHeader
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = ControlWords * sizeof(long),
            };

            while (true)
            {
                var received = LibC.recvmsg(socket, &message, DontWait | CloseOnExec);

                if (received >= 0)
                {
                    Collect(message, descriptors);
                    return (int)received;
                }

                switch ((Errno)Marshal.GetLastPInvokeError())
                {
                    case Errno.Interrupted:
                        continue;
                    case Errno.WouldBlock:
                        return -1;
                    case Errno.ConnectionReset:
                        return 0;
                    case var errno:
                        throw new LinuxException("recvmsg", errno);
                }
            }
        }
    }

    private static void Collect(MessageHeader message, ICollection<SafeFileHandle> descriptors)
    {
        var position = (byte*)message.Control;
        var end = position + message.ControlLength;

        while (end - position >= HeaderBytes)
        {
            var header = (ControlHeader*)position;
            var length = (long)header->Length;

            if (length < HeaderBytes || length > end - position)
            {
                break;
            }

            if (header->Level == SocketLevel && header->Type == Rights)
            {
                for (var at = position + HeaderBytes; at + sizeof(int) <= position + length; at += sizeof(int))
                {
                    descriptors.Add(new SafeFileHandle(Unsafe.ReadUnaligned<int>(at), ownsHandle: true));
                }
            }

            position += (length + sizeof(long) - 1) & ~(sizeof(long) - 1L);
        }

        // The kernel closed those that did not fit; the frames that name them cannot be served.
        if ((message.Flags & ControlTruncated) != 0)
        {
            throw new InvalidDataException($"A message carried more than {MaxDescriptors} descriptors.");
        }
    }
}
