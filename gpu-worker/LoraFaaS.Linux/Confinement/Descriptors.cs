using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Confinement;

/// <summary>What a program inherits: standard streams, one socket, and nothing else.</summary>
public static class Descriptors
{
    /// <summary>Where a confined program finds the socket to the worker.</summary>
    public const int Socket = 3;

    private const nint CloseRange = 436;
    private const int CloseRangeOnExec = 4;
    private const int DuplicateAtLeast = 1030;
    private const int SetFlags = 2;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;

    private static readonly nint ExecuteAt = CallNumbers.Of(x64: 322, arm64: 281);

    /// <summary>The socket becomes descriptor 3; every one above it closes with execve.</summary>
    public static void Arrange(SafeHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var raw = (int)socket.DangerousGetHandle();

        if (raw == Socket ? LibC.fcntl_raw(raw, SetFlags, 0) != 0 : LibC.dup2(raw, Socket) != Socket)
        {
            throw LinuxException.Last("dup2");
        }

        // Not closed at once: the runtime that executes this still needs its own.
        if (LibC.syscall(CloseRange, Socket + 1, int.MaxValue, CloseRangeOnExec, 0, 0, 0) != 0)
        {
            throw LinuxException.Last("close_range");
        }
    }

    /// <summary>
    /// The program as a descriptor of at least this number, closed by execve. With the limit of descriptors set to it afterwards, the number
    /// can never be had again: a filter that allows execveat on it alone allows it once.
    /// </summary>
    public static int OpenProgram(string path, int atLeast)
    {
        var low = LibC.open(path, PathOnly | CloseOnExec, 0);

        if (low < 0)
        {
            throw LinuxException.Last($"open({path})");
        }

        var high = LibC.fcntl_raw(low, DuplicateAtLeast, atLeast);

        if (high < 0)
        {
            throw LinuxException.Last("fcntl(F_DUPFD_CLOEXEC)");
        }

        LibC.close(low);
        return high;
    }

    /// <summary>Returns only by failing.</summary>
    public static unsafe void Execute(int program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(environment);

        // Never freed: execve takes the whole memory away, and a failure ends the process.
        var empty = Marshal.StringToCoTaskMemUTF8("");
        LibC.syscall(ExecuteAt, program, empty, Strings(arguments), Strings(environment), EmptyPath, 0);
        throw LinuxException.Last("execveat");
    }

    private static unsafe nint Strings(IReadOnlyList<string> values)
    {
        var table = (nint*)NativeMemory.AllocZeroed((nuint)(values.Count + 1), (nuint)sizeof(nint));

        for (var i = 0; i < values.Count; i++)
        {
            table[i] = Marshal.StringToCoTaskMemUTF8(values[i]);
        }

        return (nint)table;
    }
}
