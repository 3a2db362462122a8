using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Calls;

/// <summary>The supervisor's end of a filter that asks (seccomp_unotify(2)): a confined thread waits in its call until it is answered.</summary>
public sealed unsafe class CallListener(SafeFileHandle descriptor) : IDisposable
{
    private const nuint Receive = 0xC0502100;
    private const nuint Send = 0xC0182101;
    private const uint Continue = 1;

    /// <summary>Waits for the next call that is asked about. Null: the process has ended.</summary>
    public AskedCall? Next()
    {
        // struct seccomp_notif: id, pid, flags, then seccomp_data (nr, arch, instruction pointer, six arguments).
        const int NoticeWords = 10;
        var notice = stackalloc ulong[NoticeWords];

        while (true)
        {
            var poll = new PollDescriptor { Descriptor = (int)descriptor.DangerousGetHandle(), Wanted = PollDescriptor.CanRead };

            if (LibC.poll(&poll, 1, -1) < 0)
            {
                if ((Errno)Marshal.GetLastPInvokeError() is Errno.Interrupted)
                {
                    continue;
                }

                throw LinuxException.Last("poll");
            }

            if ((poll.Seen & PollDescriptor.CanRead) == 0)
            {
                return null;
            }

            // The kernel insists on zeroes.
            new Span<ulong>(notice, NoticeWords).Clear();

            if (LibC.ioctl(descriptor, Receive, notice) == 0)
            {
                return new AskedCall(notice[0], (int)notice[1], (SystemCall)(int)notice[2], notice[4], notice[5], notice[6], notice[7], notice[8]);
            }

            // ENOENT: the thread was killed while it waited; EINTR: try again.
            if ((Errno)Marshal.GetLastPInvokeError() is not (Errno.NoSuchFile or Errno.Interrupted))
            {
                throw LinuxException.Last("ioctl(SECCOMP_IOCTL_NOTIF_RECV)");
            }
        }
    }

    /// <summary>The call fails with this. A thread that is gone meanwhile is not missed.</summary>
    public void Refuse(AskedCall call, Errno errno) => Answer(call, -(int)errno, 0);

    /// <summary>The call goes on as if there were no filter; only for what another measure judges, since its memory may change meanwhile.</summary>
    public void LetThrough(AskedCall call) => Answer(call, 0, Continue);

    public void Dispose() => descriptor.Dispose();

    private void Answer(AskedCall call, int error, uint flags)
    {
        // struct seccomp_notif_resp: id, value, error, flags.
        var answer = stackalloc ulong[3] { call.Id, 0, (uint)error | ((ulong)flags << 32) };

        if (LibC.ioctl(descriptor, Send, answer) != 0 && (Errno)Marshal.GetLastPInvokeError() is not (Errno.NoSuchFile or Errno.Interrupted))
        {
            throw LinuxException.Last("ioctl(SECCOMP_IOCTL_NOTIF_SEND)");
        }
    }
}
