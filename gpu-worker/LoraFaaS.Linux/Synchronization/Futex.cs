using System.Diagnostics;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Synchronization;

/// <summary>
/// Waiting for words in memory that processes share (futex(2); futex_waitv for several at once). A word that can only be read can be
/// waited for, and woken, as well. About 20 µs from wake to run on an idle core, a tenth of that where the waker's own core takes over.
/// </summary>
public static unsafe class Futex
{
    /// <summary>What futex_waitv takes.</summary>
    public const int MostWords = 128;

    private const nint WaitAnyNumber = 449;
    private const int WaitOperation = 0;
    private const int WakeOperation = 1;
    private const int MonotonicClock = 1;

    private static readonly nint Number = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 98 : 202;

    /// <summary>Blocks while the word is as expected, at most this long.</summary>
    public static FutexOutcome Wait(FutexWord word, TimeSpan timeout)
    {
        var limit = TimeSpec.Of((long)timeout.TotalNanoseconds);
        return Read(LibC.syscall_futex_wait(Number, word.Page.AddressOf(word.Offset), WaitOperation, word.Expected, &limit, 0, 0));
    }

    /// <summary>Blocks while all words are as expected, at most this long; at most <see cref="MostWords"/> words.</summary>
    public static FutexOutcome WaitAny(ReadOnlySpan<FutexWord> words, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(words.Length, MostWords);

        var waiters = stackalloc FutexWaiter[words.Length];

        for (var i = 0; i < words.Length; i++)
        {
            waiters[i] = new FutexWaiter { Value = words[i].Expected, Address = (ulong)words[i].Page.AddressOf(words[i].Offset), Flags = FutexWaiter.Shared32 };
        }

        // The limit is an instant of CLOCK_MONOTONIC, which is what Stopwatch reads, in nanoseconds.
        var until = TimeSpec.Of(Stopwatch.GetTimestamp() + (long)timeout.TotalNanoseconds);
        return Read(LibC.syscall_futex_waitv(WaitAnyNumber, waiters, (uint)words.Length, 0, &until, MonotonicClock));
    }

    /// <summary>Wakes all who wait for this word.</summary>
    public static void Wake(Memory.SharedPage page, int offset)
    {
        ArgumentNullException.ThrowIfNull(page);
        LibC.syscall_futex_wake(Number, page.AddressOf(offset), WakeOperation, int.MaxValue, 0, 0, 0);
    }

    private static FutexOutcome Read(nint result) => result >= 0
        ? FutexOutcome.Woken
        : (Errno)Marshal.GetLastPInvokeError() switch
        {
            Errno.WouldBlock => FutexOutcome.Changed,
            Errno.Interrupted => FutexOutcome.Woken,
            Errno.TimedOut => FutexOutcome.TimedOut,

            // Seccomp filters answer with EPERM, kernels before 5.16 with ENOSYS.
            Errno.NotImplemented or Errno.NotPermitted => FutexOutcome.Unsupported,
            _ => throw LinuxException.Last("futex"),
        };
}
