using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LoraFaaS.Linux.Native;

/// <summary>A system call that failed: which one, and with which errno.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Without a call and an errno it would say nothing.")]
public sealed class LinuxException(string call, Errno errno)
    : IOException($"{call}: {new Win32Exception((int)errno).Message} (errno {(int)errno})")
{
    public string Call { get; } = call;

    public Errno Errno { get; } = errno;

    /// <summary>For use on the line of the call, before anything else can overwrite errno.</summary>
    internal static LinuxException Last(string call) => new(call, (Errno)Marshal.GetLastPInvokeError());
}
